"""Each day's points by kind of entry and reason, from the ledger.

Entries are never changed, and the database notes what each statement wrote of them in the same
transaction (`StalePoints`): what is noted is added once, and gone with the commit. A day counts
in the programme's zone, by when the points moved, however late that was recorded.
"""

from datetime import date
from typing import Any

from django.db import connection

# Advisory lock of everything that writes days' points. Postings never ask for it.
_LOCK = 5_217_104


def add_up(*, after: int, limit: int, zone: str) -> tuple[int, int]:
    """Adds the next notes after this one; gives the last one's id and how many there were.

    Call in a transaction.
    """
    with connection.cursor() as cursor:
        _lock(cursor)
        cursor.execute(_ADD_UP, {"after": after, "limit": limit, "zone": zone})
        last_id, count = cursor.fetchone()
    return last_id, count


def recompute(*, zone: str, from_day: date | None = None, until_day: date | None = None) -> None:
    """Sums the ledger anew for the days in `[from_day, until_day)`, by default all. One statement
    sees entries and notes as of one moment, so nothing is counted twice or left out.

    Call in a transaction. It reads the whole ledger.
    """
    params: dict[str, Any] = {
        "zone": zone,
        "from_day": from_day or date.min,
        "until_day": until_day or date.max,
    }
    with connection.cursor() as cursor:
        _lock(cursor)
        cursor.execute(_RECOMPUTE, params)


def _lock(cursor: Any) -> None:
    """A statement of its own: the next one then sees what the writer before committed."""
    cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])


_ADD_UP = """
WITH taken AS (
    DELETE FROM analytics_stalepoints WHERE id IN (
        SELECT id FROM analytics_stalepoints
        WHERE id > %(after)s ORDER BY id LIMIT %(limit)s
    ) RETURNING *
),
added AS (
    INSERT INTO analytics_pointsday AS kept (day, kind, reason, points, entries_count)
    SELECT (moved_at AT TIME ZONE %(zone)s)::date, kind, reason, sum(points), sum(entries_count)
    FROM taken GROUP BY 1, 2, 3
    ON CONFLICT ON CONSTRAINT points_day_once DO UPDATE SET
        points = kept.points + excluded.points,
        entries_count = kept.entries_count + excluded.entries_count
)
SELECT coalesce(max(id), 0), count(*) FROM taken
"""
_RECOMPUTE = """
WITH taken AS (
    DELETE FROM analytics_stalepoints
    WHERE (moved_at AT TIME ZONE %(zone)s)::date >= %(from_day)s
        AND (moved_at AT TIME ZONE %(zone)s)::date < %(until_day)s
),
sums AS MATERIALIZED (
    SELECT (occurred_at AT TIME ZONE %(zone)s)::date AS day, kind, reason,
        sum(points)::bigint AS points, count(*)::int AS entries_count
    FROM loyalty_ledgerentry
    WHERE (occurred_at AT TIME ZONE %(zone)s)::date >= %(from_day)s
        AND (occurred_at AT TIME ZONE %(zone)s)::date < %(until_day)s
    GROUP BY 1, 2, 3
),
gone AS (
    DELETE FROM analytics_pointsday p
    WHERE p.day >= %(from_day)s AND p.day < %(until_day)s AND NOT EXISTS (
        SELECT FROM sums s WHERE (s.day, s.kind, s.reason) = (p.day, p.kind, p.reason)
    )
)
INSERT INTO analytics_pointsday AS kept (day, kind, reason, points, entries_count)
SELECT * FROM sums
ON CONFLICT ON CONSTRAINT points_day_once DO UPDATE SET
    points = excluded.points, entries_count = excluded.entries_count
WHERE (kept.points, kept.entries_count)
    IS DISTINCT FROM (excluded.points, excluded.entries_count)
"""
