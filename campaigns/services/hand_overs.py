"""Claimed messages handed over to their providers, by several threads where they take it, and not
begun any more once their campaign is stopped.

Between a claim and its hand-over may lie minutes, behind a slow provider: who stops a campaign for
a wrong price doesn't want the rest of the batch to follow.
"""

import threading
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, ThreadPoolExecutor, wait
from datetime import timedelta

from campaigns.models import Campaign
from campaigns.services.delivery_answers import Told
from campaigns.services.delivery_claims import Claim
from campaigns.transports.contract import CalledBack, NotSent
from campaigns.transports.registry import TRANSPORTS

# What a provider was too slow for until then is not begun any more: behind the lease a message
# counts as unknown, and a person may have it sent again while this sender hands it over.
LONGEST = timedelta(minutes=10)
# How often it is asked whether the campaign still sends: one small query beside some dozens for
# each message.
LOOK_SECONDS = 0.2


class _Watch:
    """Whether hand-overs go on; asked by any thread, looked up by the one that has a database."""

    def __init__(self, campaign_id: int) -> None:
        self._campaign_id = campaign_id
        self._ends_at = time.monotonic() + LONGEST.total_seconds()
        # The claim has just seen it run.
        self._looked_at = time.monotonic()
        self._is_stopped = threading.Event()

    def look(self) -> None:
        now = time.monotonic()
        if now - self._looked_at < LOOK_SECONDS or self._is_stopped.is_set():
            return
        self._looked_at = now
        sending = Campaign.objects.filter(pk=self._campaign_id, state__in=Campaign.SENDING)
        if not sending.exists():
            self._is_stopped.set()

    def refusal(self) -> NotSent | None:
        """Why nothing more is begun."""
        if self._is_stopped.is_set():
            return CalledBack()
        return NotSent("late") if time.monotonic() >= self._ends_at else None


def each(claims: Sequence[Claim], *, campaign_id: int) -> Iterator[Sequence[Told]]:
    """Each claim of one campaign with the provider's reference, or what went wrong, as the answers
    come in: those together that are there together. Only the calls are in threads of their own:
    they touch no database."""
    watch = _Watch(campaign_id)
    by_medium: dict[str, list[Claim]] = {}
    for claim in claims:
        by_medium.setdefault(claim.delivery.medium, []).append(claim)
    for medium, some in by_medium.items():
        threads = TRANSPORTS[medium].concurrency
        if threads <= 1 or len(some) == 1:
            for claim in some:
                watch.look()
                yield [(claim, _call(claim, watch))]
        else:
            yield from _at_once(some, threads, watch)


def _at_once(claims: Sequence[Claim], threads: int, watch: _Watch) -> Iterator[Sequence[Told]]:
    with ThreadPoolExecutor(max_workers=threads) as pool:
        futures = {pool.submit(_call, claim, watch): claim for claim in claims}
        waiting = set(futures)
        while waiting:
            done, waiting = wait(waiting, timeout=LOOK_SECONDS, return_when=FIRST_COMPLETED)
            watch.look()
            if done:
                yield [(futures[future], future.result()) for future in done]


def _call(claim: Claim, watch: _Watch) -> str | Exception:
    refusal = watch.refusal()
    if refusal is not None:
        return refusal
    send = TRANSPORTS[claim.delivery.medium].send
    assert send is not None
    try:
        return send(claim.message)
    except Exception as error:  # noqa: BLE001
        return error
