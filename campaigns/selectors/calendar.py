"""All runs between two days: those that were, and those that are to come. Six queries, however
many days.

Source: docs/campaigns.md, "The calendar".
"""

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo

from django.db import OperationalError, connection, transaction

from campaigns.models import Campaign, FrequencyCap, Run
from campaigns.rules import collisions, entries, occurrences
from campaigns.rules.collisions import Asked, Collision, Groups
from campaigns.rules.entries import BadEntry

MOST_RUNS = 2_000
MOST_CAMPAIGNS = 500
# Of one campaign in the days of a month's page, with those around it.
MOST_TIMES = 60
SECONDS = 5
_State = Campaign.State
_Entry = Campaign.Entry
_CANCELED = "57014"
_AHEAD = (
    *(_State.DRAFT, _State.IN_REVIEW, _State.APPROVED, _State.SCHEDULED, _State.RUNNING),
    _State.PAUSED,
)
# Whose audience is the segment; by date and by state it is a small part of it, another each day.
_WHOLE = (_Entry.NOW, _Entry.AT, _Entry.RECURRING)


@dataclass(frozen=True)
class Occasion:
    """A campaign's run, or a time at which one is due; `run` None: it is to come."""

    at: datetime
    campaign: Campaign
    run: Run | None


@dataclass(frozen=True)
class Day:
    """`over_cap_count` members would get more messages than the daily cap lets through."""

    on: date
    occasions: Sequence[Occasion]
    collisions: Sequence[Collision]
    over_cap_count: int


@dataclass(frozen=True)
class Calendar:
    """`standing` are those that members come into one by one. `is_compared` False: audiences are
    too large to be compared while somebody waits."""

    days: Sequence[Day]
    standing: Sequence[Campaign]
    daily_cap: int | None
    is_compared: bool


@dataclass(frozen=True)
class Span:
    """Days from `first` through `last`, by the clock of `zone`."""

    first: date
    last: date
    zone: tzinfo

    def begins_at(self) -> datetime:
        return datetime.combine(self.first, time(0), self.zone).astimezone(UTC)

    def ends_at(self) -> datetime:
        return datetime.combine(self.last + timedelta(days=1), time(0), self.zone).astimezone(UTC)

    def days(self) -> Iterator[date]:
        for n in range((self.last - self.first).days + 1):
            yield self.first + timedelta(days=n)


def read(*, span: Span, share_percent: int, at: datetime) -> Calendar:
    """The calendar of these days; two campaigns collide where `share_percent` of the smaller
    audience or more are in both."""
    by_day: defaultdict[date, list[Occasion]] = defaultdict(list)
    for one in sorted([*_past(span), *_coming(span, at)], key=_order):
        by_day[one.at.astimezone(span.zone).date()].append(one)
    asked = {on: _asked(some) for on, some in by_day.items()}
    groups = _groups({one.segment_id for some in asked.values() for one in some})
    cap = _daily_cap()
    days = [
        _day(on, by_day[on], asked.get(on, []), groups, share_percent, cap) for on in span.days()
    ]
    return Calendar(days, _standing(), cap, groups is not None)


def _day(
    on: date,
    occasions: Sequence[Occasion],
    asked: Sequence[Asked],
    groups: Groups | None,
    share_percent: int,
    cap: int | None,
) -> Day:
    if groups is None or len(asked) < 2:
        return Day(on, occasions, (), 0)
    found = collisions.collisions(asked, groups, share_percent=share_percent)
    over = 0 if cap is None else collisions.over_cap(asked, groups, most_count=cap)
    return Day(on, occasions, found, over)


def _past(span: Span) -> list[Occasion]:
    rows = Run.objects.filter(
        kind=Run.Kind.FROZEN, due_at__gte=span.begins_at(), due_at__lt=span.ends_at()
    ).select_related("campaign", "campaign__segment")
    return [Occasion(run.due_at, run.campaign, run) for run in rows.order_by("due_at")[:MOST_RUNS]]


def _coming(span: Span, at: datetime) -> Iterator[Occasion]:
    rows = Campaign.objects.filter(
        state__in=_AHEAD, entry__in=(_Entry.AT, _Entry.RECURRING, _Entry.DATE, _Entry.STATE)
    ).select_related("segment")
    for campaign in rows.order_by("pk")[:MOST_CAMPAIGNS]:
        for due_at in _times(campaign, span, at):
            yield Occasion(due_at, campaign, None)


def _times(campaign: Campaign, span: Span, at: datetime) -> Iterator[datetime]:
    """When it is due within the span, from now on, and while it lasts."""
    try:
        entry = entries.read(campaign.entry, campaign.entry_rule)
    except BadEntry:
        return
    after = max(span.begins_at() - timedelta(microseconds=1), at, campaign.starts_at or at)
    until = min(span.ends_at(), campaign.ends_at or span.ends_at())
    for _n in range(MOST_TIMES):
        found = occurrences.next_after(entry, after, span.zone)
        if found is None or found >= until:
            return
        yield found
        after = found


def _standing() -> list[Campaign]:
    rows = Campaign.objects.filter(
        entry=_Entry.EVENT, state__in=(_State.SCHEDULED, _State.RUNNING, _State.PAUSED)
    )
    return list(rows.order_by("code")[:MOST_CAMPAIGNS])


def _asked(occasions: Sequence[Occasion]) -> list[Asked]:
    """Each campaign of the day once, of those whose audience can be compared."""
    found = {
        one.campaign.pk: one.campaign.segment_id
        for one in occasions
        if one.campaign.segment_id is not None and one.campaign.entry in _WHOLE
    }
    return [Asked(campaign_id, segment_id) for campaign_id, segment_id in found.items()]


def _daily_cap() -> int | None:
    """The smallest cap of a calendar day over all channels."""
    rows = FrequencyCap.objects.filter(
        is_active=True, medium="", window=FrequencyCap.Window.DAY
    ).order_by("most_count")
    found: int | None = rows.values_list("most_count", flat=True).first()
    return found


def _groups(segment_ids: Collection[int]) -> Groups | None:
    """How many members are in which of the segments together, as their last builds left them; None:
    it takes too long to count while somebody waits."""
    if not segment_ids:
        return {}
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(f"SET LOCAL statement_timeout = {SECONDS * 1_000}")
            cursor.execute(_GROUPS, {"ids": sorted(segment_ids)})
            counted: Mapping[frozenset[int], int] = {
                frozenset(ids): count for ids, count in cursor.fetchall()
            }
    except OperationalError as error:
        if getattr(error.__cause__, "sqlstate", "") != _CANCELED:
            raise
        return None
    return counted


def _order(one: Occasion) -> tuple[datetime, str]:
    return one.at, one.campaign.code


_GROUPS = """
SELECT ids, count(*) FROM (
  SELECT array_agg(sm.segment_id ORDER BY sm.segment_id) AS ids
  FROM analytics_segmentmember sm
  JOIN members_member m ON m.id = sm.member_id AND m.state = 'ACTIVE' AND m.is_profiled
  WHERE sm.segment_id = ANY(%(ids)s::bigint[])
  GROUP BY sm.member_id
) each GROUP BY ids
"""
