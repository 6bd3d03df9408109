"""Many members with a past, made by the database itself: load first, index after.

Each has five lots and ten entries, and every balance is what the entries say: two lots that
lapsed long ago, one that is usable, two that are pending. What of it falls due tonight is told by
`Due`.
"""

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import psycopg
from django.db import connection

_TABLES = (
    "members_member", "loyalty_account", "loyalty_lot", "loyalty_ledgerentry",
    "loyalty_lotmovement",
)  # fmt: skip


@dataclass(frozen=True)
class Due:
    """Of how many members one has a usable lot that lapsed since yesterday; a pending one that
    begins; a usable one that lapses within a month. 0: none."""

    lapses: int = 4
    begins: int = 10
    reminded: int = 12


def fill(members: int, *, at: datetime, due: Due | None = None) -> int:
    """Adds the members; gives the first one's id. The caller set the programme up."""
    one_in = due or Due()
    with owner() as cursor, without_indexes(cursor, _TABLES):
        cursor.execute(_BASE)
        base = cursor.fetchone()[0]
        values = {
            "base": base, "members": members, "at": at, "lapses": one_in.lapses or members + 1,
            "begins": one_in.begins or members + 1, "reminded": one_in.reminded or members + 1,
        }  # fmt: skip
        for statement in _STATEMENTS:
            cursor.execute(statement, values)
        for table in _TABLES:
            if table != "loyalty_account":
                cursor.execute(f"SELECT setval('{table}_id_seq', (SELECT max(id) FROM {table}))")
    return int(base) + 1


@contextmanager
def owner() -> Iterator[Any]:
    """A cursor of the database's owner: the app's role may not touch indexes."""
    settings = connection.settings_dict
    owner = os.environ.get("DATABASE_OWNER_URL") or os.environ["DATABASE_URL"]
    with psycopg.connect(owner, dbname=settings["NAME"], autocommit=True) as made:
        yield made.cursor()


@contextmanager
def without_indexes(cursor: Any, tables: Sequence[str]) -> Iterator[None]:
    """Drops what is checked or kept up row by row, and makes it again."""
    cursor.execute("SET synchronous_commit = off")
    cursor.execute("SET maintenance_work_mem = '512MB'")
    cursor.execute(_CONSTRAINTS, [list(tables)])
    constraints = cursor.fetchall()
    for table, name, _ in constraints:
        cursor.execute(f'ALTER TABLE {table} DROP CONSTRAINT "{name}"')
    cursor.execute(_INDEXES, [list(tables)])
    indexes = cursor.fetchall()
    for name, _ in indexes:
        cursor.execute(f'DROP INDEX "{name}"')
    try:
        yield
    finally:
        for _, definition in indexes:
            cursor.execute(definition)
        for table, name, definition in constraints:
            cursor.execute(f'ALTER TABLE {table} ADD CONSTRAINT "{name}" {definition}')
    for table in tables:
        cursor.execute(f"VACUUM ANALYZE {table}")


# Members from here on: their lots and entries have numbers that nothing else has.
_BASE = """
SELECT greatest((SELECT max(id) FROM members_member),
                (SELECT max(id) / 10 + 1 FROM loyalty_ledgerentry),
                (SELECT max(id) / 5 + 1 FROM loyalty_lot),
                (SELECT max(id) / 5 + 1 FROM loyalty_lotmovement), 0)
"""
_CONSTRAINTS = """
SELECT c.conrelid::regclass::text, c.conname, pg_get_constraintdef(c.oid)
FROM pg_constraint c
WHERE c.conrelid = ANY(%s::text[]::regclass[])
  AND (c.contype = 'f' OR (c.contype = 'u' AND NOT EXISTS (
      SELECT FROM pg_constraint f WHERE f.conindid = c.conindid AND f.contype = 'f')))
"""
_INDEXES = """
SELECT i.indexrelid::regclass::text, pg_get_indexdef(i.indexrelid)
FROM pg_index i
WHERE i.indrelid = ANY(%s::text[]::regclass[]) AND NOT i.indisprimary
  AND NOT EXISTS (SELECT FROM pg_constraint c WHERE c.conindid = i.indexrelid)
"""

# A lot's number is the member's × 5 + 1…5, an entry's × 10 + 1…10.
_LOTS = """
FROM generate_series(%(base)s + 1, %(base)s + %(members)s) m
CROSS JOIN LATERAL (VALUES
    (1, 100, false, %(at)s::timestamptz - interval '1000 days',
     %(at)s::timestamptz - interval '400 days', 100),
    (2, 50, false, %(at)s::timestamptz - interval '900 days',
     %(at)s::timestamptz - interval '300 days', 50),
    (3, 200, false, %(at)s::timestamptz - interval '365 days',
     CASE WHEN m %% %(lapses)s = 0 THEN %(at)s::timestamptz - interval '3 hours'
          WHEN m %% %(reminded)s = 1 THEN %(at)s::timestamptz + (m %% 28 + 1) * interval '1 day'
          ELSE %(at)s::timestamptz + (m %% 300 + 60) * interval '1 day' END, 0),
    (4, 30, true,
     CASE WHEN m %% %(begins)s = 0 THEN %(at)s::timestamptz - interval '3 hours'
          ELSE %(at)s::timestamptz + (m %% 14 + 1) * interval '1 day' END,
     %(at)s::timestamptz + interval '380 days', 0),
    (5, 20, true, %(at)s::timestamptz + interval '15 days', NULL, 0)
) l(number, points, is_pending, activates_at, expires_at, gone)
"""
_STATEMENTS = (
    """
INSERT INTO members_member (id, uid, card_number, state, name, gender, language, joined_at,
    placement, guide, campaign_code, metadata, version, is_profiled)
SELECT m, uuidv7(), 'P' || m, 'ACTIVE', ''::bytea, '', '', %(at)s::timestamptz - interval '3 years',
       '', '', '', '{}', 1, true
FROM generate_series(%(base)s + 1, %(base)s + %(members)s) m""",
    f"""
INSERT INTO loyalty_lot (id, member_id, entry_id, earned_points, remaining_points, held_points,
    expired_points, clawed_points, absorbed_points, is_pending, is_sliding, is_open, activates_at,
    expires_at)
SELECT m * 5 + l.number, m, m * 10 + l.number, l.points, l.points - l.gone, 0, l.gone, 0, 0,
       l.is_pending, false, l.points > l.gone, l.activates_at, l.expires_at
{_LOTS}""",
    # Five were earned, pending; then the first three began; then two of them lapsed.
    f"""
INSERT INTO loyalty_ledgerentry (id, member_id, kind, points, pending_change, active_change,
    debt_change, pending_after, active_after, debt_after, reason, source_type, source_id, key,
    note, occurred_at, recorded_at)
SELECT m * 10 + l.number, m, 'EARN', l.points, l.points, 0, 0,
       (ARRAY[100, 150, 350, 380, 400])[l.number], 0, 0, 'purchase', 'OPERATION', NULL,
       'p:' || m || ':' || l.number || ':earn', ''::bytea, l.activates_at - interval '30 days',
       l.activates_at - interval '30 days'
{_LOTS}""",
    f"""
INSERT INTO loyalty_ledgerentry (id, member_id, kind, points, pending_change, active_change,
    debt_change, pending_after, active_after, debt_after, reason, source_type, source_id, key,
    note, occurred_at, recorded_at)
SELECT m * 10 + 5 + l.number, m, 'ACTIVATE', l.points, -l.points, l.points, 0,
       (ARRAY[300, 250, 50])[l.number], (ARRAY[100, 150, 350])[l.number], 0, 'activated', 'LOT',
       m * 5 + l.number, 'lot:' || m * 5 + l.number || ':activate', ''::bytea, l.activates_at,
       l.activates_at
{_LOTS} WHERE l.number <= 3""",
    f"""
INSERT INTO loyalty_ledgerentry (id, member_id, kind, points, pending_change, active_change,
    debt_change, pending_after, active_after, debt_after, reason, source_type, source_id, key,
    note, occurred_at, recorded_at)
SELECT m * 10 + 8 + l.number, m, 'EXPIRE', -l.points, 0, -l.points, 0, 50,
       (ARRAY[250, 200])[l.number], 0, 'expired', 'LOT', m * 5 + l.number,
       'lot:' || m * 5 + l.number || ':expire:' || l.points, ''::bytea, l.expires_at, l.expires_at
{_LOTS} WHERE l.number <= 2""",
    f"""
INSERT INTO loyalty_lotmovement (id, entry_id, lot_id, member_id, points)
SELECT m * 5 + l.number, m * 10 + 8 + l.number, m * 5 + l.number, m, -l.points
{_LOTS} WHERE l.number <= 2""",
    """
INSERT INTO loyalty_account (member_id, pending_points, active_points, held_points, debt_points,
    earned_points, redeemed_points, expired_points, next_change_at, tier_id, tier_since_at,
    window_spend_amount, window_orders_count, window_qualifying_points, orders_count, version,
    joined_on)
SELECT l.member_id, 50, 200, 0, 0, 400, 0, 150,
       min(CASE WHEN l.is_pending THEN l.activates_at ELSE l.expires_at END), t.id,
       %(at)s::timestamptz - interval '3 years', 0, 0, 0, 0, 0,
       (%(at)s::timestamptz - interval '3 years')::date
FROM loyalty_lot l
CROSS JOIN (SELECT id FROM loyalty_tier ORDER BY rank LIMIT 1) t
WHERE l.is_open AND l.member_id > %(base)s
GROUP BY l.member_id, t.id""",
)
