"""Finds members that may be one person: SQL over blind indexes, opening nothing.

Keys that few members share bring pairs together; nobody is compared with everybody. Source:
docs/algorithms/duplicates.md.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any

from django.db import connection
from django.db.models import QuerySet

from members.models import DuplicateCandidate
from members.rules.duplicates import Likeness
from members.selectors.scopes import Scope

Pair = tuple[int, int]


@dataclass(frozen=True)
class Limits:
    """`group_limit`: a key that more members share makes no pairs. `device_keys`: keys of a
    member's metadata that name a device, or the person elsewhere."""

    group_limit: int
    device_keys: tuple[str, ...]


@dataclass(frozen=True)
class Block:
    """Pairs that share one key, and how many keys were left out as too common."""

    code: str
    pairs: frozenset[Pair]
    skipped_count: int


def blocks(limits: Limits) -> Iterator[Block]:
    """Pairs by each kind of key; (older, younger)."""
    values = {"keys": list(limits.device_keys), "limit": limits.group_limit}
    for code, keyed in _KEYED.items():
        with connection.cursor() as cursor:
            # Constants of this module, nothing from outside.
            cursor.execute(_GROUPS % {"keyed": keyed}, values)
            groups = [row[0] for row in cursor.fetchall()]
            cursor.execute(_SKIPPED % {"keyed": keyed}, values)
            skipped = int(cursor.fetchone()[0])
        pairs = frozenset(pair for ids in groups for pair in combinations(ids, 2))
        yield Block(code, pairs, skipped)


def likenesses(pairs: Sequence[Pair], limits: Limits) -> dict[Pair, Likeness]:
    """What each of these pairs has in common; pairs of which one lives no more are left out."""
    values: dict[str, Any] = {
        "first": [first for first, _ in pairs],
        "second": [second for _, second in pairs],
        "keys": list(limits.device_keys),
    }
    with connection.cursor() as cursor:
        cursor.execute(_LIKENESS, values)
        rows = cursor.fetchall()
    return {
        (first, second): Likeness(frozenset(filter(None, shared)), frozenset(filter(None, other)))
        for first, second, shared, other in rows
    }


def queue(*, scope: Scope) -> QuerySet[DuplicateCandidate]:
    """Pairs of which the operator may see both."""
    rows = DuplicateCandidate.objects.all()
    return scope.narrow(scope.narrow(rows, path="first__store"), path="second__store")


_LIVING = "m.state IN ('ACTIVE', 'RESTRICTED')"
_KEYED = {
    "email": f"""
        SELECT i.member_id AS id, i.loose_digest AS key
        FROM members_identity i JOIN members_member m ON m.id = i.member_id
        WHERE i.loose_digest IS NOT NULL AND {_LIVING}""",
    "name_birthday": f"""
        SELECT m.id, m.name_index || int2send(m.birthday_md) AS key
        FROM members_member m
        WHERE m.name_index IS NOT NULL AND m.birthday_md IS NOT NULL AND {_LIVING}""",
    "name_phone_tail": f"""
        SELECT m.id, m.name_index || i.last_four_digest AS key
        FROM members_member m JOIN members_identity i ON i.member_id = m.id
        WHERE m.name_index IS NOT NULL AND i.kind = 'PHONE'
            AND i.last_four_digest IS NOT NULL AND {_LIVING}""",
    "name_store": f"""
        SELECT m.id, m.name_index || int8send(m.store_id) AS key
        FROM members_member m
        WHERE m.name_index IS NOT NULL AND m.store_id IS NOT NULL AND {_LIVING}""",
    "device": f"""
        SELECT m.id, convert_to(d.key || ':' || d.value, 'UTF8') AS key
        FROM members_member m CROSS JOIN LATERAL jsonb_each_text(m.metadata) d
        WHERE m.metadata ?| %(keys)s::text[] AND d.key = ANY(%(keys)s) AND d.value <> ''
            AND {_LIVING}""",
    "external_id": f"""
        SELECT i.member_id AS id, i.digest AS key
        FROM members_identity i JOIN members_member m ON m.id = i.member_id
        WHERE i.kind = 'EXTERNAL' AND {_LIVING}""",
}
_GROUPS = """
SELECT array_agg(id ORDER BY id) FROM (SELECT DISTINCT id, key FROM (%(keyed)s) k) d
GROUP BY key HAVING count(*) BETWEEN 2 AND %%(limit)s
"""
_SKIPPED = """
SELECT count(*) FROM (
    SELECT FROM (SELECT DISTINCT id, key FROM (%(keyed)s) k) d
    GROUP BY key HAVING count(*) > %%(limit)s
) g
"""
# Bands of five years: unknown ones tell nobody apart.
_SAME_BAND = "coalesce(a.birth_band = b.birth_band, true)"
_LIKENESS = f"""
SELECT p.first, p.second,
    ARRAY[
        CASE WHEN a.name_index = b.name_index THEN 'name' END,
        CASE WHEN a.birthday_md = b.birthday_md AND {_SAME_BAND} THEN 'birthday' END,
        CASE WHEN a.birth_band = b.birth_band THEN 'birth_band' END,
        CASE WHEN a.store_id = b.store_id THEN 'store' END,
        CASE WHEN EXISTS (
            SELECT FROM members_identity i JOIN members_identity j USING (loose_digest)
            WHERE i.member_id = a.id AND j.member_id = b.id) THEN 'email' END,
        CASE WHEN EXISTS (
            SELECT FROM members_identity i JOIN members_identity j USING (last_four_digest)
            WHERE i.member_id = a.id AND j.member_id = b.id
                AND i.kind = 'PHONE' AND j.kind = 'PHONE') THEN 'phone_tail' END,
        CASE WHEN EXISTS (
            SELECT FROM members_identity i JOIN members_identity j USING (digest)
            WHERE i.member_id = a.id AND j.member_id = b.id
                AND i.kind = 'EXTERNAL' AND j.kind = 'EXTERNAL') THEN 'external_id' END,
        CASE WHEN EXISTS (
            SELECT FROM unnest(%(keys)s::text[]) k
            WHERE a.metadata->>k = b.metadata->>k AND a.metadata->>k <> '') THEN 'device' END
    ],
    ARRAY[
        CASE WHEN a.name_index <> b.name_index THEN 'other_name' END,
        CASE WHEN a.birthday_md <> b.birthday_md OR NOT {_SAME_BAND} THEN 'other_birthday' END,
        CASE WHEN a.gender <> b.gender AND a.gender IN ('FEMALE', 'MALE')
            AND b.gender IN ('FEMALE', 'MALE') THEN 'other_gender' END
    ]
FROM unnest(%(first)s::bigint[], %(second)s::bigint[]) AS p (first, second)
JOIN members_member a ON a.id = p.first AND a.state IN ('ACTIVE', 'RESTRICTED')
JOIN members_member b ON b.id = p.second AND b.state IN ('ACTIVE', 'RESTRICTED')
"""
