"""Messages on their way: queued, claimed, sent, and never sent twice by themselves.

A claim is committed before the provider is called, and the outcome after it, in a transaction of
its own: a sender that dies in between leaves a claim, which becomes UNKNOWN when its lease is over.
Source: docs/algorithms/gate.md.
"""

import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from datetime import datetime, timedelta

import structlog
from django.db import connection, transaction

from campaigns.events import MessageSent
from campaigns.models import Campaign, Delivery
from campaigns.services import delivery_claims, delivery_outcomes, delivery_rows, queue_order
from campaigns.services.delivery_claims import Claim
from campaigns.transports.contract import NotSent
from campaigns.transports.registry import TRANSPORTS
from members.services import bell, events

logger = structlog.get_logger(__name__)

SEND_DUE = "campaigns.tasks.send_due"
BATCH = 200
LEASE = timedelta(minutes=15)
# What a provider was too slow for until then is not begun any more: behind the lease a message
# counts as unknown, and a person may have it sent again while this sender hands it over.
HAND_OVER = timedelta(minutes=10)


def queue(*, deliveries: Sequence[Delivery]) -> None:
    """Stores new messages and wakes the sender after the commit.

    A send key that is there already keeps its row: an event heard twice sends nothing twice.
    """
    delivery_rows.insert(deliveries)
    if any(delivery.state == Delivery.State.QUEUED for delivery in deliveries):
        bell.start_on_commit(SEND_DUE)


def send_due(
    *, at: datetime, limit: int = BATCH, clock: Callable[[], datetime] | None = None
) -> int:
    """Sends at most `limit` messages of each running campaign that has some due, those of higher
    priority first, and returns how many it looked at. Call it outside of any transaction.

    `clock` gives the time of each campaign's part: behind slow providers `at` is no longer the
    present, and the night may have begun.
    """
    _give_up_lapsed(at)
    return sum(
        _send_some(campaign_id, clock() if clock else at, limit)
        for campaign_id in _campaigns_due(at)
    )


def _send_some(campaign_id: int, at: datetime, limit: int) -> int:
    try:
        return _send(campaign_id, at, limit)
    except Exception:
        if not connection.is_usable():
            raise
        logger.exception("messages_failed", campaign_id=campaign_id)
    # One of them is at fault; the others must not wait for it.
    due = Delivery.objects.filter(
        campaign_id=campaign_id, state=Delivery.State.QUEUED, not_before_at__lte=at
    )
    with queue_order.kept():
        ids = list(due.order_by("not_before_at").values_list("pk", flat=True)[:limit])
    for delivery_id in ids:
        try:
            _send(campaign_id, at, 1, only=delivery_id)
        except Exception as error:
            if not connection.is_usable():
                raise
            logger.warning("message_failed", delivery=delivery_id, error=type(error).__name__)
            delivery_outcomes.put_off(delivery_id=delivery_id, at=at)
    return len(ids)


def _send(campaign_id: int, at: datetime, limit: int, only: int | None = None) -> int:
    with transaction.atomic(durable=True):
        looked_at, here, claims = delivery_claims.claim(
            campaign_id=campaign_id, at=at, limit=limit, only=only
        )
        record_sent(here, at)
    for claim, told in _hand_over(claims):
        delivery_outcomes.settle(claim=claim, told=told, at=at)
    return looked_at


def _give_up_lapsed(at: datetime) -> None:
    """A claim whose sender died may have gone out or not: a person decides, not we."""
    Delivery.objects.filter(state=Delivery.State.CLAIMED, claimed_at__lte=at - LEASE).update(
        state=Delivery.State.UNKNOWN, reason=Delivery.Reason.SENDER_DIED
    )


def _hand_over(claims: Sequence[Claim]) -> Iterator[tuple[Claim, str | Exception]]:
    """Each claim with the provider's reference, or what went wrong, as the answers come in. Only
    the calls are in threads of their own: they touch no database."""
    ends = time.monotonic() + HAND_OVER.total_seconds()
    by_medium: dict[str, list[Claim]] = {}
    for claim in claims:
        by_medium.setdefault(claim.delivery.medium, []).append(claim)
    for medium, some in by_medium.items():
        threads = TRANSPORTS[medium].concurrency
        if threads <= 1 or len(some) == 1:
            yield from ((claim, _call(claim, ends)) for claim in some)
            continue
        with ThreadPoolExecutor(max_workers=threads) as pool:
            futures = {pool.submit(_call, claim, ends): claim for claim in some}
            for future in as_completed(futures):
                yield futures[future], future.result()


def _call(claim: Claim, ends: float) -> str | Exception:
    if time.monotonic() >= ends:
        return NotSent("late")
    send = TRANSPORTS[claim.delivery.medium].send
    assert send is not None
    try:
        return send(claim.message)
    except Exception as error:  # noqa: BLE001
        return error


def record_sent(sent: Sequence[Delivery], at: datetime) -> None:
    """Tells that these messages went out, in the transaction that says so."""
    happenings = [
        events.Happening(
            fact=MessageSent(
                delivery=str(delivery.uid), campaign=delivery.campaign.code, medium=delivery.medium
            ),
            member_id=delivery.member_id,
            occurred_at=at,
        )
        for delivery in sent
    ]
    if happenings:
        events.record_many(happenings=happenings, at=at)


def _campaigns_due(at: datetime) -> list[int]:
    """Running campaigns that have something to send: one step into the index for each."""
    with queue_order.kept(), connection.cursor() as cursor:
        cursor.execute(_CAMPAIGNS_DUE, [at, list(Campaign.SENDING)])
        return [campaign_id for (campaign_id,) in cursor.fetchall()]


_CAMPAIGNS_DUE = """
SELECT c.id FROM campaigns_campaign c CROSS JOIN LATERAL (
    SELECT FROM campaigns_delivery d
    WHERE d.campaign_id = c.id AND d.state = 'QUEUED' AND d.not_before_at <= %s
    ORDER BY d.not_before_at LIMIT 1
) first WHERE c.state = ANY(%s) ORDER BY c.priority DESC, c.id
"""
