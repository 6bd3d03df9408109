"""The night's scores: everybody's figures and classes as of the day that ended, what changed told.

One query scores all members into a table of the session; then chunk by chunk, each a transaction,
changes and events are written, tags and measures published, and rows replaced. A run that is
stopped goes on with the next one, and finds what it did as done; a day before the newest one
changes nothing. Source: docs/algorithms/classes.md.
"""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.db import connection, transaction
from django.db.models import Max

from analytics.events import ClassChanged, HealthFallen
from analytics.models import ClassDay, MemberScore
from analytics.rules.policies import Policy
from analytics.selectors import policies, scoring
from analytics.selectors.filters import Period
from analytics.services import (
    class_tags,
    facts,
    member_score_sql,
    page_answers,
    score_measures,
    score_privacy,
)
from loyalty.rules import calendar
from members.registry import panels, subscriptions
from members.services import bell
from members.services.published_tags import Part

# Behind the facts, before rules of tags and segments, which ask for classes.
NIGHT, NIGHT_ORDER = "analytics.member_scores", 70
CHUNK = 5_000
# Above every id.
LAST_ID = 2**63 - 1
# Any number, the same in every process.
_LOCK = 5_217_107


def register() -> None:
    """Called by `apps.ready`."""
    panels.add_night_step(panels.NightStep(NIGHT, NIGHT_ORDER, night))


def night(at: datetime) -> Iterator[int]:
    """Scores all as of the last whole day in the programme's zone, and prepares what pages show of
    it; yields how many members, chunk by chunk."""
    yield from score(as_of=last_day(at), at=at)
    page_answers.prepare(today=calendar.local_day(at, zone()))


def last_day(at: datetime) -> date:
    """The day that has ended at `at`, in the programme's zone."""
    return calendar.local_day(at, zone()) - timedelta(days=1)


def zone() -> ZoneInfo:
    return ZoneInfo(facts.zone())


def score(*, as_of: date, at: datetime) -> Iterator[int]:
    """Scores all as of this day; yields how many members, chunk by chunk.

    Nothing happens while another worker is at it, or where the scores are of a later day: those
    of an earlier one are asked of `analytics.selectors.scoring`.
    """
    with _alone() as is_alone:
        if not is_alone or _is_past(as_of):
            return
        policy = policies.current()
        values = _values(policy, as_of, at)
        with _scored(policy, as_of) as highs:
            for low, high in zip([0, *highs], highs, strict=False):
                yield _write(Part(low, high), values)
        score_privacy.sweep()
        _count(values)


def _is_past(as_of: date) -> bool:
    newest: date | None = MemberScore.objects.aggregate(newest=Max("as_of_on"))["newest"]
    return newest is not None and as_of < newest


def _values(policy: Policy, as_of: date, at: datetime) -> dict[str, Any]:
    """Parameters of all statements."""
    heard = {
        fact.type: list(subscriptions.subscribers_of(fact.type, at))
        for fact in (ClassChanged, HealthFallen)
    }
    return {
        "as_of": as_of,
        "at": at,
        "warning": policy.health_warning,
        "changed": ClassChanged.type,
        "fallen": HealthFallen.type,
        "heard": json.dumps(heard),
        "is_heard": any(heard.values()),
        # Before the first whole run there is nothing that a class could have changed from.
        "is_first": not ClassDay.objects.exists(),
    }


@contextmanager
def _scored(policy: Policy, as_of: date) -> Iterator[list[int]]:
    """Everybody's scores in a table of this session; gives the last id of each chunk, the whole
    range of ids covered."""
    query = scoring.as_of(Period(from_on=as_of, to_on=as_of), policy=policy, zone=zone())
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SET LOCAL work_mem = '96MB'")
            cursor.execute(member_score_sql.DROP)
            cursor.execute(member_score_sql.SCORE.format(query=query.sql), query.params)
            cursor.execute(member_score_sql.PREPARE)
            cursor.execute(member_score_sql.HIGHS, {"chunk": CHUNK})
            highs = [row[0] for row in cursor.fetchall()]
        yield [*highs[:-1], LAST_ID]
    finally:
        if connection.is_usable() and not connection.needs_rollback:
            with connection.cursor() as cursor:
                cursor.execute(member_score_sql.DROP)


def _write(part: Part, values: dict[str, Any]) -> int:
    """One chunk: what changed, who hears of it, what is published, and the rows themselves."""
    params = {**values, "low": part.low, "high": part.high}
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(member_score_sql.FORGET, params)
        if not values["is_first"]:
            cursor.execute(member_score_sql.MOVED, params)
            cursor.execute(member_score_sql.UNTELL, params)
            cursor.execute(member_score_sql.TELL, params)
            if values["is_heard"]:
                bell.ring_on_commit()
        cursor.execute(member_score_sql.DIFFERENT, params)
        score_measures.publish(cursor.fetchall(), as_of_on=values["as_of"], at=values["at"])
        class_tags.publish(part=part, at=values["at"])
        cursor.execute(member_score_sql.KEEP, params)
        kept: int = cursor.rowcount
    return kept


def _count(values: dict[str, Any]) -> None:
    """How many members are in each class, as of the day."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(member_score_sql.FORGET_DAY, values)
        cursor.execute(member_score_sql.COUNT, values)


@contextmanager
def _alone() -> Iterator[bool]:
    """Whether this session is the only one at it. The lock outlives the commits of the chunks."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s)", [_LOCK])
        is_alone: bool = cursor.fetchone()[0]
        try:
            yield is_alone
        finally:
            # A connection that broke has given the lock back already.
            if is_alone and connection.is_usable():
                cursor.execute("SELECT pg_advisory_unlock(%s)", [_LOCK])
