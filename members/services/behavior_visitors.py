"""What a visitor did before they said who they are becomes theirs, in whatever order it arrives.

An event that names both a member and a visitor is a claim. One that names the visitor only belongs
to the member of the next claim of that visitor, in the shop's time and the same source.
Source: docs/algorithms/behavior-events.md.
"""

import zlib
from collections.abc import Collection

from django.db import connection

from members.services import behavior_desks

# Few, so that a batch can't fill the server's table of locks.
_STRIPES = 64
_LOCK_SPACE = 7_016


def lock(source: str, visitors: Collection[str]) -> None:
    """Lets one transaction at a time write events of these visitors: a claim and what it claims
    may come at the same moment, and neither would see the other."""
    stripes = {zlib.crc32(f"{source}|{visitor}".encode()) % _STRIPES for visitor in visitors}
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_advisory_xact_lock(%s, stripe) FROM unnest(%s::int[]) AS stripe",
            [_LOCK_SPACE, sorted(stripes)],
        )


def adopt(source: str, event_ids: Collection[int]) -> int:
    """How many events changed whom they belong to by these new ones."""
    with connection.cursor() as cursor:
        cursor.execute(_OWNERS, {"source": source, "ids": list(event_ids)})
        owner_of: dict[int, int | None] = dict(cursor.fetchall())
        living = behavior_desks.lock({pk for pk in owner_of.values() if pk is not None})
        moved = {
            event_id: living[owner][0] if owner in living else None
            for event_id, owner in sorted(owner_of.items())
        }
        if moved:
            cursor.execute(_ADOPT, {"ids": list(moved), "members": list(moved.values())})
    return len(moved)


# What a new claim may change lies between the claim before it and itself.
_OWNERS = """
WITH fresh AS MATERIALIZED (
    SELECT id, visitor, occurred_at, external_id, member_id
    FROM members_behaviorevent WHERE id = ANY(%(ids)s) AND visitor <> ''
), spans AS (
    SELECT f.visitor, p.occurred_at AS after, f.occurred_at AS through
    FROM fresh f LEFT JOIN LATERAL (
        SELECT k.occurred_at FROM members_behaviorevent k
        WHERE k.source = %(source)s AND k.visitor = f.visitor AND k.visitor <> ''
          AND k.member_id IS NOT NULL AND NOT k.is_adopted
          AND k.occurred_at <= f.occurred_at
          AND (k.occurred_at, k.external_id) < (f.occurred_at, f.external_id)
        ORDER BY k.occurred_at DESC LIMIT 1) p ON true
    WHERE f.member_id IS NOT NULL
), open AS (
    SELECT id, visitor, occurred_at FROM fresh WHERE member_id IS NULL
    UNION
    SELECT o.id, o.visitor, o.occurred_at
    FROM spans s JOIN members_behaviorevent o
      ON o.source = %(source)s AND o.visitor = s.visitor AND o.visitor <> ''
     AND o.occurred_at > coalesce(s.after, '-infinity') AND o.occurred_at <= s.through
     AND (o.member_id IS NULL OR o.is_adopted)
)
SELECT o.id, c.member_id
FROM open o JOIN members_behaviorevent e ON e.id = o.id
LEFT JOIN LATERAL (
    SELECT k.member_id FROM members_behaviorevent k
    WHERE k.source = %(source)s AND k.visitor = o.visitor AND k.visitor <> ''
      AND k.occurred_at >= o.occurred_at AND k.member_id IS NOT NULL AND NOT k.is_adopted
    ORDER BY k.occurred_at, k.external_id LIMIT 1) c ON true
WHERE e.member_id IS DISTINCT FROM c.member_id
"""
_ADOPT = """
UPDATE members_behaviorevent e
SET member_id = found.member_id, is_adopted = found.member_id IS NOT NULL
FROM unnest(%(ids)s::bigint[], %(members)s::bigint[]) AS found(id, member_id)
WHERE e.id = found.id
"""
