"""All roll-ups together: brought up to date by their marks, or computed anew from the beginning.

`member_day` follows each order at once; months, purchase days, metrics and the days' figures follow
the marks that its changes left, each minute. Both ways run the same statements, so what hearing
every event gives is what computing anew gives, to the row. Source: docs/algorithms/facts.md.
"""

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from datetime import date, datetime

from django.conf import settings
from django.db import connection, transaction

from analytics.services import (
    kpi_days,
    member_days,
    member_metrics,
    member_months,
    points_days,
    purchase_days,
    stale,
)
from loyalty.errors import NoProgram
from loyalty.services import programs
from members.models import Dispatch, Event
from members.registry import subscriptions
from members.services import heartbeats

# When the facts were last brought up to date: a row among the signs of life.
HEARTBEAT = "facts"
# Behind one lock for well below a second: the worker's own roll-up waits for it, tills never do.
MEMBERS = 2_000
DAYS = 31
NOTES = 50_000
EVENTS = 2_000
# Subscribers whose events the facts are made of; hearing them again changes nothing.
HEARD = ("analytics.member_days", "analytics.joined_days")
# Any number, the same in every process: one refresh of the minute at a time.
_BUSY = 5_217_103


def refresh(*, at: datetime) -> int:
    """Brings up to date what was marked until now; gives how many members, days and notes.

    Several at once do no harm: each takes other marks, and none comes back before all that were
    there are worked off.
    """
    return sum(refreshing(at=at))


def refreshing(*, at: datetime) -> Iterator[int]:
    """As `refresh`, chunk by chunk, each of them committed."""
    yield from follow_members()
    # Behind the members: whose first order moved has marked days.
    yield from _days()
    yield from _points()
    heartbeats.beat(names=(HEARTBEAT,), at=at)


def catching_up(*, at: datetime) -> Iterator[int]:
    """As `refreshing`, behind all that was recorded until now, also what no worker has told us of
    yet: for the night and for an export, which must not miss the orders of the last minute."""
    yield from _hear(at)
    yield from refreshing(at=at)


def refresh_unless_busy(*, at: datetime) -> int | None:
    """As `refresh`; None where another worker is at it, so that workers don't queue up."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s)", [_BUSY])
        if not cursor.fetchone()[0]:
            return None
        try:
            return refresh(at=at)
        finally:
            # A connection that broke has given the lock back already.
            if connection.is_usable():
                cursor.execute("SELECT pg_advisory_unlock(%s)", [_BUSY])


def mark_joined(*, member_ids: Collection[int]) -> None:
    """Marks the days on which these members joined: who counts as a member has changed."""
    with transaction.atomic(savepoint=False):
        member_days.lock()
        stale.mark_joined(member_ids=member_ids, zone=zone())


def follow_members() -> Iterator[int]:
    """Computes the marked members anew; yields how many, chunk by chunk."""
    after = 0
    while True:
        with chunk():
            member_ids = stale.take_members(after=after, limit=MEMBERS)
            if member_ids:
                compute_members(member_ids=member_ids)
        if not member_ids:
            return
        after = member_ids[-1]
        yield len(member_ids)


def compute_members(*, member_ids: Collection[int]) -> None:
    """Computes all facts of these members anew; call it within `chunk`."""
    purchase_days.recompute(member_ids=member_ids)
    member_months.recompute(member_ids=member_ids)
    member_metrics.recompute(member_ids=member_ids)


@contextmanager
def chunk() -> Iterator[None]:
    """One transaction behind the lock of member days, with memory to sort in and a limit of time.

    Inside another transaction the settings last until that one ends.
    """
    with transaction.atomic():
        member_days.lock()
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL work_mem = '64MB'")
            cursor.execute("SET LOCAL statement_timeout = '300s'")
        yield


def zone() -> str:
    """In whose days members join and points move: the programme's, or the installation's where
    there is none yet."""
    try:
        return programs.current().time_zone
    except NoProgram:
        return str(settings.TIME_ZONE)


def _hear(at: datetime) -> Iterator[int]:
    """What is owed to us is heard now, and stays owed: the worker strikes it off."""
    handlers = subscriptions.handlers()
    for subscriber in HEARD:
        owed = Dispatch.objects.filter(subscriber=subscriber).order_by("event_id")
        event_ids = list(owed.values_list("event_id", flat=True))
        for start in range(0, len(event_ids), EVENTS):
            part = Event.objects.filter(pk__in=event_ids[start : start + EVENTS])
            with transaction.atomic():
                handlers[subscriber](list(part.order_by("pk")), at)
            yield len(event_ids[start : start + EVENTS])


def _days() -> Iterator[int]:
    after = date.min
    while True:
        with chunk():
            days = stale.take_days(after=after, limit=DAYS)
            if days:
                kpi_days.recompute(days=days, zone=zone())
        if not days:
            return
        after = days[-1]
        yield len(days)


def _points() -> Iterator[int]:
    after = 0
    while True:
        with transaction.atomic():
            after, count = points_days.add_up(after=after, limit=NOTES, zone=zone())
        if not count:
            return
        yield count
