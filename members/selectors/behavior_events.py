"""What a member did in channels, newest first, and how much of it on each day."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from django.db import connection
from django.db.models import Count, Q, QuerySet
from django.db.models.functions import TruncDate

from members.models import BehaviorEvent


@dataclass(frozen=True)
class Place:
    """Where a page begins: below this event. Late events stand where they happened, so an id
    alone doesn't say where."""

    occurred_at: datetime
    id: int


@dataclass(frozen=True)
class EventPage:
    """Events, newest first; `following` is None at the end."""

    rows: list[BehaviorEvent]
    following: Place | None


def history(*, member_id: int, before: Place | None = None, limit: int) -> EventPage:
    """A page of the member's events. One query, along one index."""
    events = BehaviorEvent.objects.filter(member_id=member_id).select_related("store")
    return page(events, before=before, limit=limit)


def page(events: QuerySet[BehaviorEvent], *, before: Place | None = None, limit: int) -> EventPage:
    """A page of these events, as they happened. One query."""
    if before is not None:
        same = Q(occurred_at=before.occurred_at, pk__lt=before.id)
        events = events.filter(occurred_at__lte=before.occurred_at).filter(
            Q(occurred_at__lt=before.occurred_at) | same
        )
    rows = list(events.order_by("-occurred_at", "-pk")[: limit + 1])
    if len(rows) <= limit:
        return EventPage(rows, None)
    return EventPage(rows[:limit], Place(rows[limit - 1].occurred_at, rows[limit - 1].pk))


def days(*, member_id: int, since: datetime, zone: ZoneInfo) -> dict[str, dict[date, int]]:
    """How many events of each kind the member has on each local day since then. One query."""
    rows = (
        BehaviorEvent.objects.filter(member_id=member_id, occurred_at__gte=since)
        .values("kind", day=TruncDate("occurred_at", tzinfo=zone))
        .annotate(count=Count("pk"))
        .order_by("kind", "day")
    )
    found: dict[str, dict[date, int]] = {}
    for row in rows:
        found.setdefault(row["kind"], {})[row["day"]] = row["count"]
    return found


def by_ids(*, ids: Collection[int]) -> dict[int, BehaviorEvent]:
    """Those of the events that are still kept and whose member is known. One query."""
    rows = BehaviorEvent.objects.filter(pk__in=ids, member_id__isnull=False)
    return {row.pk: row for row in rows}


_SOURCES = """
WITH RECURSIVE found AS (
  (SELECT source FROM members_behaviorevent ORDER BY source LIMIT 1)
  UNION ALL
  SELECT (SELECT source FROM members_behaviorevent WHERE source > found.source
          ORDER BY source LIMIT 1)
  FROM found WHERE found.source IS NOT NULL
)
SELECT source FROM found WHERE source IS NOT NULL
"""


def sources() -> list[str]:
    """Every source that sent an event: one step along the index for each, however many events."""
    with connection.cursor() as cursor:
        cursor.execute(_SOURCES)
        return [row[0] for row in cursor.fetchall()]
