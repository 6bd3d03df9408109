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
    """Members who share one key, by key, and how many keys were left out as too common."""

    code: str
    groups: Sequence[Sequence[int]]
    skipped_count: int

    def pairs(self) -> Iterator[Pair]:
        """(older, younger); never all at once, as there may be millions. Two who share two such
        keys come twice."""
        for ids in self.groups:
            yield from combinations(ids, 2)


def blocks(limits: Limits) -> Iterator[Block]:
    """Who shares a key of each kind."""
    values: dict[str, Any] = {"keys": list(limits.device_keys), "limit": limits.group_limit}
    for code, keyed in _KEYED.items():
        with connection.cursor() as cursor:
            # Constants of this module, nothing from outside.
            cursor.execute(_GROUPS % {"keyed": keyed}, values)
            groups = [row[0] for row in cursor.fetchall()]
            cursor.execute(_SKIPPED % {"keyed": keyed}, values)
            skipped = int(cursor.fetchone()[0])
        yield Block(code, groups, skipped)


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


_KEYED = {
    "email": """
        SELECT member_id AS id, loose_digest AS key
        FROM members_identity WHERE loose_digest IS NOT NULL""",
    "name_birthday": """
        SELECT id, name_index || int2send(birthday_md) AS key
        FROM members_member WHERE name_index IS NOT NULL AND birthday_md IS NOT NULL""",
    "name_phone_tail": """
        SELECT p.id, p.name_index || i.last_four_digest AS key
        FROM members_member p JOIN members_identity i ON i.member_id = p.id
        WHERE p.name_index IS NOT NULL AND i.kind = 'PHONE' AND i.last_four_digest IS NOT NULL""",
    "name_store": """
        SELECT id, name_index || int8send(store_id) AS key
        FROM members_member WHERE name_index IS NOT NULL AND store_id IS NOT NULL""",
    "device": """
        SELECT p.id, convert_to(d.key || ':' || d.value, 'UTF8') AS key
        FROM members_member p CROSS JOIN LATERAL jsonb_each_text(p.metadata) d
        WHERE p.metadata ?| %(keys)s::text[] AND d.key = ANY(%(keys)s) AND d.value <> ''""",
    "external_id": """
        SELECT member_id AS id, digest AS key FROM members_identity WHERE kind = 'EXTERNAL'""",
}
_LIVING = """
SELECT DISTINCT k.id, k.key FROM (%(keyed)s) k JOIN members_member m ON m.id = k.id
WHERE m.state IN ('ACTIVE', 'RESTRICTED')
"""
_GROUPS = f"""
SELECT array_agg(id ORDER BY id) FROM ({_LIVING}) d
GROUP BY key HAVING count(*) BETWEEN 2 AND %%(limit)s
"""  # noqa: S608
_SKIPPED = f"""
SELECT count(*) FROM (
    SELECT FROM ({_LIVING}) d GROUP BY key HAVING count(*) > %%(limit)s
) g
"""  # noqa: S608
# Bands of five years: unknown ones tell nobody apart.
_LIKENESS = """
SELECT p.first, p.second,
    ARRAY[
        CASE WHEN a.name_index = b.name_index THEN 'name' END,
        CASE WHEN a.birthday_md = b.birthday_md
            AND coalesce(a.birth_band = b.birth_band, true) THEN 'birthday' END,
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
        CASE WHEN a.birthday_md <> b.birthday_md
            OR NOT coalesce(a.birth_band = b.birth_band, true) THEN 'other_birthday' END,
        CASE WHEN a.gender <> b.gender AND a.gender IN ('FEMALE', 'MALE')
            AND b.gender IN ('FEMALE', 'MALE') THEN 'other_gender' END
    ]
FROM unnest(%(first)s::bigint[], %(second)s::bigint[]) AS p (first, second)
JOIN members_member a ON a.id = p.first AND a.state IN ('ACTIVE', 'RESTRICTED')
JOIN members_member b ON b.id = p.second AND b.state IN ('ACTIVE', 'RESTRICTED')
"""
