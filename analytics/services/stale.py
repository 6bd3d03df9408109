"""Marks: whose facts, and which days' figures, are to be computed anew.

Written and taken away behind the lock of `member_days`: without it, a mark could be taken by who
has not seen yet what it stands for.
"""

from collections.abc import Collection
from datetime import date
from typing import Any

from django.db import connection

from analytics.models import StaleDay, StaleMember

# To follow CTEs that give `changed`, the rows of `member_day` that are other than before.
OF_CHANGED = """
marked_members AS (
    INSERT INTO analytics_stalemember (member_id)
    SELECT DISTINCT member_id FROM changed WHERE member_id IS NOT NULL
    ON CONFLICT DO NOTHING
)
INSERT INTO analytics_staleday (day) SELECT DISTINCT day FROM changed ON CONFLICT DO NOTHING
"""


def mark(*, member_ids: Collection[int] = (), days: Collection[date] = ()) -> None:
    """Marks these; what is marked already stays so."""
    StaleMember.objects.bulk_create(
        [StaleMember(member_id=one) for one in sorted(member_ids)], ignore_conflicts=True
    )
    StaleDay.objects.bulk_create([StaleDay(day=one) for one in sorted(days)], ignore_conflicts=True)


def mark_joined(*, member_ids: Collection[int], zone: str) -> None:
    """Marks the days on which these members joined, in `zone`."""
    _execute(_MARK_JOINED, {"member_ids": sorted(member_ids), "zone": zone})


def mark_members_of(*, from_day: date, until_day: date) -> None:
    """Marks all who have a row on a day in `[from_day, until_day)`, be it right or wrong."""
    _execute(_MARK_MEMBERS_OF, {"from_day": from_day, "until_day": until_day})


def take_members(*, after: int, limit: int) -> list[int]:
    """Ids of the next marked members after this one, whose marks are gone with the commit."""
    return _execute(_TAKE_MEMBERS, {"after": after, "limit": limit})


def take_days(*, after: date, limit: int) -> list[date]:
    """The next marked days after this one, whose marks are gone with the commit."""
    return _execute(_TAKE_DAYS, {"after": after, "limit": limit})


def forget_members(*, member_ids: Collection[int]) -> None:
    """Takes the marks of these members, who are computed anew anyway."""
    StaleMember.objects.filter(member_id__in=member_ids).delete()


def forget_days(*, from_day: date, until_day: date) -> None:
    """Takes the marks of the days in `[from_day, until_day)`."""
    StaleDay.objects.filter(day__gte=from_day, day__lt=until_day).delete()


def _execute(statement: str, params: dict[str, Any]) -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute(statement, params)
        return sorted(row[0] for row in cursor.fetchall()) if cursor.description else []


_MARK_JOINED = """
INSERT INTO analytics_staleday (day)
SELECT DISTINCT (joined_at AT TIME ZONE %(zone)s)::date
FROM members_member WHERE id = ANY(%(member_ids)s)
ON CONFLICT DO NOTHING
"""
_MARK_MEMBERS_OF = """
INSERT INTO analytics_stalemember (member_id)
SELECT member_id FROM analytics_memberday
WHERE day >= %(from_day)s AND day < %(until_day)s AND member_id IS NOT NULL
UNION SELECT member_id FROM analytics_purchaseday
WHERE day >= %(from_day)s AND day < %(until_day)s
ON CONFLICT DO NOTHING
"""
_TAKE_MEMBERS = """
DELETE FROM analytics_stalemember WHERE member_id IN (
    SELECT member_id FROM analytics_stalemember
    WHERE member_id > %(after)s ORDER BY member_id LIMIT %(limit)s
) RETURNING member_id
"""
_TAKE_DAYS = """
DELETE FROM analytics_staleday WHERE day IN (
    SELECT day FROM analytics_staleday WHERE day > %(after)s ORDER BY day LIMIT %(limit)s
) RETURNING day
"""
