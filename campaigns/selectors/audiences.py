"""Who comes into a campaign with one of its occurrences, and by which key.

A dynamic segment is judged anew, with its hands, so that nobody gets what they had no right to
since the last build; static ones and snapshots are as they were built. Only active members; of
whoever objected to being profiled neither segment nor condition is asked.
Source: docs/algorithms/entries.md.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from typing import Any

from django.db import connection

from analytics.models import Segment
from campaigns.models import Campaign, Enrollment
from campaigns.rules import entries
from campaigns.rules.entries import DateEntry
from campaigns.selectors import audience_days
from members.registry import birthdays as policies
from members.selectors import member_conditions
from members.selectors.member_conditions import Whose

# Filled in by whoever reads it part by part.
PART = Whose(low=0, high=0)


@dataclass(frozen=True)
class _Members:
    """`FROM … WHERE …` over `members_member m`, and its parameters."""

    joins: str
    where: str
    params: dict[str, Any]


def audience_sql(
    campaign: Campaign, *, due_at: datetime, at: datetime
) -> tuple[str, dict[str, Any]]:
    """A query of the rows (member_id, entry_key) of the occurrence due at `due_at`, of the ids
    in (%(low)s, %(high)s], which the caller binds. Conditions are judged as of `at`: of all parts
    of a run the same instant.

    Raises: BadEntry; BadCondition.
    """
    chosen = _chosen(campaign, PART, at)
    join, key, params = _entering(campaign, due_at, at)
    again, times = _again(campaign, at)
    sql = _ROWS.format(key=key, joins=f"{chosen.joins} {join}", where=chosen.where, again=again)
    return sql, {**chosen.params, **params, **times}


def count(campaign: Campaign, *, at: datetime, due_at: datetime | None = None) -> int:
    """How many members would come in with the occurrence of `due_at`, or with one of now; of a
    campaign that events bring into: who may come in at all.

    Raises: BadEntry; BadCondition.
    """
    sql, params = audience_sql(campaign, due_at=due_at or at, at=at)
    with connection.cursor() as cursor:
        cursor.execute(_COUNT.format(rows=sql), {**params, "low": 0, "high": 2**62})
        found: int = cursor.fetchone()[0]
    return found


def fullest_day(campaign: Campaign, *, at: datetime) -> int:
    """How many members would come in on the day of the year that has most of them; of a campaign
    by date.

    Raises: BadEntry; BadCondition.
    """
    entry = entries.read(campaign.entry, campaign.entry_rule)
    assert isinstance(entry, DateEntry)
    chosen = _chosen(campaign, PART, at)
    day, params = audience_days.day_of_year(entry)
    sql = _FULLEST.format(day=day, joins=chosen.joins, where=chosen.where)
    with connection.cursor() as cursor:
        cursor.execute(sql, {**chosen.params, **params, "low": 0, "high": 2**62})
        found: int = cursor.fetchone()[0]
    return found


def eligible(campaign: Campaign, *, member_ids: Collection[int], at: datetime) -> set[int]:
    """Those of these members whom an event may bring in at `at`. One query.

    Raises: BadCondition.
    """
    chosen = _chosen(campaign, Whose(ids=tuple(sorted(member_ids))), at)
    with connection.cursor() as cursor:
        sql = _IDS.format(joins=chosen.joins, where=chosen.where)
        cursor.execute(sql, chosen.params)
        return {member_id for (member_id,) in cursor.fetchall()}


def _chosen(campaign: Campaign, whose: Whose, at: datetime) -> _Members:
    """By segment, condition and stores."""
    writing = member_conditions.begin(at=at, whose=whose)
    tests = [f"m.state = 'ACTIVE' AND {whose.clause('m.id')}"]
    stores = list(campaign.stores.values_list("pk", flat=True)) if campaign.pk else []
    if stores:
        writing.params["stores"] = stores
        tests.append("m.store_id = ANY(%(stores)s::bigint[])")
    if campaign.segment is not None or campaign.condition:
        tests.append("m.is_profiled")
    if campaign.segment is not None:
        tests.append(_of_segment(campaign.segment, writing))
    if campaign.condition:
        tests.append(_of_condition(campaign.condition, writing))
    where = " AND ".join(f"({one})" for one in tests)
    return _Members(" ".join(writing.joins.values()), where, writing.params)


def _of_condition(tree: dict[str, Any], writing: Any) -> str:
    return member_conditions.test(member_conditions.read(tree), writing)


def _of_segment(segment: Segment, writing: Any) -> str:
    writing.params["segment"] = segment.pk
    if segment.kind != Segment.Kind.DYNAMIC:
        return f"EXISTS ({_BUILT})"
    test = _of_condition(segment.condition, writing)
    # Without hands the plain test: the database makes a join of it.
    if not segment.overrides.exists():
        return test
    return f"EXISTS ({_BY_HAND} AND o.is_included) OR (({test}) AND NOT EXISTS ({_BY_HAND}))"


def _entering(
    campaign: Campaign, due_at: datetime, at: datetime
) -> tuple[str, str, dict[str, Any]]:
    """Further joins, the key as SQL, and their parameters."""
    entry = entries.read(campaign.entry, campaign.entry_rule)
    if isinstance(entry, DateEntry):
        return audience_days.joined(campaign, entry, due_at, at)
    if campaign.entry != Campaign.Entry.STATE:
        run = due_at.astimezone(UTC).strftime("run:%Y%m%dT%H%M%SZ:")
        return "", "%(run)s || m.id", {"run": run}
    if campaign.re_entry_days is None:
        return "", "'m:' || m.id", {}
    return "", f"'m:' || m.id || ':' || ({_ENTRIES})", {"campaign": campaign.pk}


def _again(campaign: Campaign, at: datetime) -> tuple[str, dict[str, Any]]:
    """That a member may come in, or come in again.

    By state who was left out has had their turn too: else each night would leave them out again.
    Keys make it exact against others who do the same; this keeps who has been in from being asked.
    """
    days = campaign.re_entry_days
    params: dict[str, Any] = {"campaign": campaign.pk}
    if campaign.entry == Campaign.Entry.STATE and days is None:
        return f"NOT EXISTS ({_ENTERED})", params
    if days is None or campaign.entry not in (Campaign.Entry.STATE, Campaign.Entry.RECURRING):
        return "TRUE", {}
    params["since"] = _days_back(at, days)
    if campaign.entry == Campaign.Entry.RECURRING:
        lately = "e.entered_at >= %(since)s AND e.state <> 'EXCLUDED'"
    else:
        params["live"] = [state.value for state in Enrollment.LIVE]
        lately = "(e.entered_at >= %(since)s OR e.state = ANY(%(live)s))"
    return f"NOT EXISTS ({_ENTERED} AND {lately})", params


def _days_back(at: datetime, days: int) -> datetime:
    """Midnight in the shop behind the day that lies so many days back: calendar days, so that a
    run that begins some seconds sooner than the last one leaves nobody out."""
    zone = policies.policy().zone
    day = at.astimezone(zone).date() - timedelta(days=days - 1)
    return datetime.combine(day, time(), zone).astimezone(UTC)


_ROWS = (
    "SELECT m.id AS member_id, {key} AS entry_key FROM members_member m {joins} "
    "WHERE {where} AND {again}"
)
_COUNT = "SELECT count(*) FROM ({rows}) audience"
_FULLEST = (
    "SELECT COALESCE(max(day.members), 0) FROM (SELECT count(*) AS members FROM members_member m "
    "{joins} WHERE {where} AND ({day}) IS NOT NULL GROUP BY {day}) day"
)
_IDS = "SELECT m.id FROM members_member m {joins} WHERE {where}"
_BUILT = (
    "SELECT FROM analytics_segmentmember sm "
    "WHERE sm.segment_id = %(segment)s AND sm.member_id = m.id"
)
_BY_HAND = (
    "SELECT FROM analytics_segmentoverride o "
    "WHERE o.segment_id = %(segment)s AND o.member_id = m.id"
)
_ENTERED = (
    "SELECT FROM campaigns_enrollment e WHERE e.member_id = m.id AND e.campaign_id = %(campaign)s"
)
_ENTRIES = _ENTERED.replace("SELECT", "SELECT count(*)")
