"""What dashboards may be narrowed to: stores, channels, tiers and segments with their codes."""

from collections.abc import Collection
from dataclasses import dataclass

from django.db import connection

STORE, CHANNEL, TIER, SEGMENT = "store", "channel", "tier", "segment"


@dataclass(frozen=True, kw_only=True)
class Choice:
    """One row that a filter names by its code. `color` is a tier's own."""

    id: int
    code: str
    name_zh: str
    name_en: str
    color: str = ""

    def name(self, language: str) -> str:
        """The name in Chinese or English; the other one, or the code, where it has none."""
        first, other = self.name_zh, self.name_en
        if not language.startswith("zh"):
            first, other = other, first
        return first or other or self.code


Choices = dict[str, tuple[Choice, ...]]


def choices(*, store_ids: Collection[int] | None = None) -> Choices:
    """By filter, in their order: tiers by rank, others by code; of the stores only these, all
    where it is None. One query."""
    found: dict[str, list[Choice]] = {name: [] for name in (STORE, CHANNEL, TIER, SEGMENT)}
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT 'store', id, code, name_zh, name_en, '', 0 AS place
            FROM members_store WHERE %(all)s OR id = ANY(%(ids)s::bigint[])
            UNION ALL
            SELECT 'channel', id, code, name_zh, name_en, '', 0 FROM members_channel
            UNION ALL
            SELECT 'tier', t.id, t.code, t.name_zh, t.name_en, t.color, t.rank
            FROM loyalty_tier t JOIN loyalty_program p ON p.id = t.program_id AND p.is_current
            UNION ALL
            SELECT 'segment', id, code, name_zh, name_en, '', 0
            FROM analytics_segment WHERE NOT is_archived AND build_id IS NOT NULL
            ORDER BY place, code
            """,
            {"all": store_ids is None, "ids": sorted(store_ids or ())},
        )
        for kind, pk, code, zh, en, color, _place in cursor.fetchall():
            found[kind].append(Choice(id=pk, code=code, name_zh=zh, name_en=en, color=color))
    return {name: tuple(rows) for name, rows in found.items()}
