"""Facts computed anew from the orders and the ledger, as a job: stopped or killed, it goes on.

The result is what hearing every event gives. It is for an installation whose zone was changed, and
for when somebody doubts a figure.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db import connection, transaction

from analytics.rules import months
from analytics.services import fact_counts, facts, kpi_days, member_days, points_days, stale
from members.models import Job
from members.services import jobs
from members.services.jobs import RunningJob

KIND = "analytics.rebuild_facts"
Span = tuple[date, date]
STAGES = ("member_days", "counts", "members", "days", "points")


@dataclass(frozen=True)
class Position:
    """The last part that is done: a stage, and within it a day (ISO) or a member's id."""

    stage: str = STAGES[0]
    after: str | int | None = None


def rebuild(
    *, from_day: date | None = None, until_day: date | None = None, begin: Position | None = None
) -> Iterator[Position]:
    """Computes everything anew, or what the days in `[from_day, until_day)` touch; yields behind
    each part that is committed. `begin` is the last position of an earlier run."""
    span = _span(from_day, until_day)
    done = begin or Position()
    if span is None:
        return
    is_whole = from_day is None and until_day is None
    for stage in STAGES[STAGES.index(done.stage) :]:
        after = done.after if stage == done.stage else None
        for reached in _parts_of(stage, span, after, is_whole=is_whole):
            yield Position(stage, reached)


def take_up(*, from_day: date | None, until_day: date | None, at: datetime) -> Job:
    """The job of this rebuild, for a command that runs it itself: one that was stopped or killed,
    to go on where it ended, or a new one. Nobody is rung."""
    days = {
        "from": from_day.isoformat() if from_day else "",
        "until": until_day.isoformat() if until_day else "",
    }
    begun = Job.objects.filter(kind=KIND, params__contains=days).exclude(state=Job.State.DONE)
    found = begun.order_by("-pk").values_list("params", flat=True).first()
    return jobs.take_up(kind=KIND, params=found or {**days, "at": at.isoformat()}, at=at)


def run(job: RunningJob, at: datetime) -> None:
    """What a job of this kind does; `from` and `until` are ISO days, or empty."""
    cursor = job.cursor
    begin = Position(cursor["stage"], cursor["after"]) if cursor else None
    total = parts_count(**_days_of(job.params))
    job.progress(cursor=cursor, done=0, total=total)
    for reached in rebuild(**_days_of(job.params), begin=begin):
        job.progress(cursor={"stage": reached.stage, "after": reached.after}, done=1)
        job.go_on()


def parts_count(*, from_day: date | None = None, until_day: date | None = None) -> int:
    """How many parts a rebuild has, as far as is known before."""
    span = _span(from_day, until_day)
    if span is None:
        return 0
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM members_member")
        members = int(cursor.fetchone()[0])
    return 2 * len(list(months.parts(*span))) + -(-members // facts.MEMBERS) + 2


def _days_of(params: dict[str, Any]) -> dict[str, date | None]:
    ends = {"from_day": params.get("from"), "until_day": params.get("until")}
    return {name: date.fromisoformat(day) if day else None for name, day in ends.items()}


def _parts_of(
    stage: str, span: Span, after: Any, *, is_whole: bool
) -> Iterator[str] | Iterator[int] | Iterator[None]:
    if stage == "member_days":
        return _member_days(span, after)
    if stage == "counts":
        return _counts()
    if stage == "members":
        return _members(after) if is_whole else _members_of(span)
    if stage == "days":
        return _days(span, after)
    return _points(None if is_whole else span)


def _member_days(span: Span, after: Any) -> Iterator[str]:
    for starts, ends in _parts(span, after):
        list(member_days.rebuild(from_day=starts, until_day=ends))
        yield starts.isoformat()


def _counts() -> Iterator[None]:
    """Before the members, whose changes are added to what was counted here."""
    with facts.chunk():
        fact_counts.recount()
    yield None


def _members(after: Any) -> Iterator[int]:
    reached = int(after or 0)
    while True:
        with facts.chunk():
            member_ids = _next_members(reached)
            if member_ids:
                stale.forget_members(member_ids=member_ids)
                facts.compute_members(member_ids=member_ids)
        if not member_ids:
            return
        reached = member_ids[-1]
        yield reached


def _next_members(after: int) -> list[int]:
    with connection.cursor() as cursor:
        cursor.execute(_NEXT_MEMBERS, {"after": after, "limit": facts.MEMBERS})
        return [row[0] for row in cursor.fetchall()]


def _members_of(span: Span) -> Iterator[None]:
    """Marks them and works the marks off; a run that was broken off here begins this anew."""
    with facts.chunk():
        stale.mark_members_of(from_day=span[0], until_day=span[1])
    for _ in facts.follow_members():
        yield None


def _days(span: Span, after: Any) -> Iterator[str]:
    for starts, ends in _parts(span, after):
        with facts.chunk():
            stale.forget_days(from_day=starts, until_day=ends)
            days = [starts + timedelta(days=one) for one in range((ends - starts).days)]
            kpi_days.recompute(days=days, zone=facts.zone())
        yield starts.isoformat()


def _points(span: Span | None) -> Iterator[None]:
    from_day, until_day = span or (None, None)
    with transaction.atomic():
        points_days.recompute(zone=facts.zone(), from_day=from_day, until_day=until_day)
    yield None


def _parts(span: Span, after: Any) -> Iterator[Span]:
    """The months of a span behind the one that is done."""
    done = date.fromisoformat(after) if after else date.min
    return (part for part in months.parts(*span) if part[0] > done)


def _span(from_day: date | None, until_day: date | None) -> Span | None:
    """From the first day with an order, a row or a new member to the day after the last."""
    with connection.cursor() as cursor:
        cursor.execute(_SPAN, {"zone": facts.zone()})
        first, after_last = cursor.fetchone()
    starts, ends = from_day or first, until_day or after_last
    return None if starts is None or ends is None or starts >= ends else (starts, ends)


_SPAN = """
SELECT min(day), max(day) + 1 FROM (
    SELECT min(business_date) AS day FROM loyalty_order
    UNION ALL SELECT max(business_date) FROM loyalty_order
    UNION ALL SELECT min(day) FROM analytics_memberday
    UNION ALL SELECT max(day) FROM analytics_memberday
    UNION ALL SELECT min(day) FROM analytics_kpiday
    UNION ALL SELECT max(day) FROM analytics_kpiday
    UNION ALL SELECT (min(joined_at) AT TIME ZONE %(zone)s)::date FROM members_member
    UNION ALL SELECT (max(joined_at) AT TIME ZONE %(zone)s)::date FROM members_member
) AS ends
"""
_NEXT_MEMBERS = """
SELECT id FROM members_member WHERE id > %(after)s ORDER BY id LIMIT %(limit)s
"""
