"""The night's expiry in chunks beside a loop over members, and the review of tiers beside a count.

The loop is what one writes first: for each member a transaction, the account locked, each due lot
saved with its entry, movement and event. It is measured on a sample, between chunks of the real
thing, and both are told by the lot.
"""

import resource
import statistics
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db import connection, transaction

from loyalty.events import PointsExpired
from loyalty.models import Account, LedgerEntry, Lot, LotMovement
from loyalty.services import night
from members.registry import panels
from members.services import events
from tests.benchmarks import population

_SAMPLE = 200
_COUNT_ROUNDS = 3


@dataclass(frozen=True)
class Expiry:
    """Seconds for a lot by the loop and by the night, medians over the rounds; the longest time
    that a chunk kept its locks; this process's memory at its highest, MB."""

    lots: int
    loop_seconds: float
    night_seconds: float
    longest_ms: float
    memory_mb: float


def expiry(lots: int, rounds: int, *, at: datetime) -> Expiry:
    """Expires `lots` lots, of as many members, in `rounds` parts with a sample of the loop between
    them."""
    due = population.Due(lapses=1, begins=0, reminded=0)
    first = population.fill(lots + rounds * _SAMPLE, at=at, due=due)
    looped: list[float] = []
    settled: list[float] = []
    longest = 0.0
    chunks, last = night.settle_lots(at=at), first + lots + rounds * _SAMPLE
    for number in range(rounds):
        sample = range(last - (number + 1) * _SAMPLE, last - number * _SAMPLE)
        looped.append(_timed(lambda ids=sample: _loop(ids, at)) / _SAMPLE)  # type: ignore[misc]
        part, seconds, slowest = _take(chunks, lots // rounds)
        settled.append(seconds / part)
        longest = max(longest, slowest)
    for _ in chunks:
        pass
    return Expiry(
        lots=lots,
        loop_seconds=statistics.median(looped),
        night_seconds=statistics.median(settled),
        longest_ms=longest * 1_000,
        memory_mb=resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1_024,
    )


def _take(chunks: Iterable[int], most: int) -> tuple[int, float, float]:
    """(lots, seconds, of the slowest chunk) of the next chunks up to `most` lots. A chunk's time
    has the look for the next one in it, so its locks were held for less."""
    lots, slowest, began = 0, 0.0, time.monotonic()
    before = began
    for count in chunks:
        now = time.monotonic()
        lots, slowest, before = lots + count, max(slowest, now - before), now
        if lots >= most:
            break
    return lots, time.monotonic() - began, slowest


def _loop(member_ids: Iterable[int], at: datetime) -> None:
    for member_id in member_ids:
        with transaction.atomic():
            account = Account.objects.select_for_update(no_key=True).get(pk=member_id)
            for lot in Lot.objects.filter(
                member_id=member_id, is_open=True, is_pending=False, expires_at__lte=at
            ).order_by("expires_at"):
                _expire(account, lot, at)
            account.version += 1
            account.save()


def _expire(account: Account, lot: Lot, at: datetime) -> None:
    lapsed = lot.remaining_points
    account.active_points -= lapsed
    account.expired_points += lapsed
    assert lot.expires_at is not None
    entry = LedgerEntry.objects.create(
        member_id=account.member_id, kind="EXPIRE", points=-lapsed, active_change=-lapsed,
        pending_after=account.pending_points, active_after=account.active_points,
        debt_after=account.debt_points, reason="expired", source_type="LOT", source_id=lot.pk,
        key=f"lot:{lot.pk}:expire:{lapsed}", occurred_at=lot.expires_at, recorded_at=at,
    )  # fmt: skip
    LotMovement.objects.create(
        entry_id=entry.pk, lot_id=lot.pk, member_id=account.member_id, points=-lapsed
    )
    lot.remaining_points, lot.is_open = 0, False
    lot.expired_points += lapsed
    lot.save()
    fact = PointsExpired(points=lapsed)
    events.record(fact=fact, member_id=account.member_id, occurred_at=lot.expires_at, at=at)


@dataclass(frozen=True)
class Review:
    """Seconds of the night's work on tiers, of which nothing changes, and of counting accounts."""

    members: int
    review_seconds: float
    count_seconds: float


def review(*, at: datetime) -> Review:
    """Over the accounts that are there; medians of interleaved rounds."""
    reviewed, counted = [], []
    for _ in range(_COUNT_ROUNDS):
        counted.append(_timed(_count))
        reviewed.append(_timed(lambda: _tiers(at)))
    return Review(_count(), statistics.median(reviewed), statistics.median(counted))


def _tiers(at: datetime) -> None:
    for step in panels.night_steps():
        if ".tier" in step.code:
            answer = step.run(at)
            for _ in () if isinstance(answer, int) else answer:
                pass


def _count() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM loyalty_account")
        return int(cursor.fetchone()[0])


def _timed(work: Callable[[], object]) -> float:
    began = time.monotonic()
    work()
    return time.monotonic() - began
