"""How many members are in each class and cell of RFM, and how they moved between two days."""

from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from analytics.models import ClassKind
from analytics.rules import customer_classes, health, life_cycle, rfm, value_classes
from analytics.selectors import asking, narrowing, policies, scoring, spans
from analytics.selectors.filters import Filters

# All classes of each kind, in the order in which they are shown.
CODES: Mapping[ClassKind, tuple[str, ...]] = {
    ClassKind.RFM_4: rfm.CLASSES_4,
    ClassKind.RFM_8: rfm.CLASSES_8,
    ClassKind.RFM_10: rfm.CLASSES_10,
    ClassKind.STAGE: life_cycle.STAGES,
    ClassKind.VALUE: value_classes.CLASSES,
    ClassKind.CUSTOMER: customer_classes.CLASSES,
    ClassKind.HEALTH: health.CLASSES,
}
_COLUMNS = {
    ClassKind.RFM_4: "rfm_4",
    ClassKind.RFM_8: "rfm_8",
    ClassKind.RFM_10: "rfm_10",
    ClassKind.STAGE: "stage",
    ClassKind.VALUE: "value_class",
    ClassKind.CUSTOMER: "customer_class",
    ClassKind.HEALTH: "health_class",
}


@dataclass(frozen=True, kw_only=True)
class Group:
    """Members who are alike in every class, and what they bought within the window of RFM."""

    scores: tuple[int | None, int | None, int | None]
    classes: Mapping[ClassKind, str]
    members: int
    orders: int
    sales: int


@dataclass(frozen=True, kw_only=True)
class Cell:
    """Members with these scores; sales are those of the window, in minor units."""

    members: int = 0
    orders: int = 0
    sales: int = 0

    def plus(self, group: Group) -> "Cell":
        return Cell(
            members=self.members + group.members,
            orders=self.orders + group.orders,
            sales=self.sales + group.sales,
        )


@dataclass(frozen=True, kw_only=True)
class Classes:
    """Everybody who may be profiled, as of a day."""

    as_of: date
    groups: tuple[Group, ...]

    @property
    def scored(self) -> int:
        """Members with a paid order in the window."""
        return sum(group.members for group in self.groups if group.scores[0] is not None)

    def counts(self, kind: ClassKind) -> dict[str, int]:
        """Members by class, also those without any; who is in no class isn't there."""
        found = dict.fromkeys(CODES[kind], 0)
        for group in self.groups:
            if group.classes[kind]:
                found[group.classes[kind]] += group.members
        return found

    def grid(self) -> dict[tuple[int, int], Cell]:
        """All 25 cells of R and F, by (r, f)."""
        every = [(r, f) for r in range(rfm.HIGHEST, 0, -1) for f in range(1, rfm.HIGHEST + 1)]
        return dict.fromkeys(every, Cell()) | self._cells(lambda scores: scores[:2])

    def cells(self) -> dict[tuple[int, int, int], Cell]:
        """The cells of R, F and M that somebody is in, by (r, f, m)."""
        return self._cells(lambda scores: scores)

    def _cells(self, key: Callable[[tuple[Any, ...]], Any]) -> dict[Any, Cell]:
        found: defaultdict[Any, Cell] = defaultdict(Cell)
        for group in self.groups:
            if group.scores[0] is not None:
                cell = key(group.scores)
                found[cell] = found[cell].plus(group)
        return dict(sorted(found.items()))


@dataclass(frozen=True, kw_only=True)
class Move:
    """Members who were in one class before the period and in another at its end; "" is none."""

    before: str
    after: str
    members: int


def classes(filters: Filters) -> Classes:
    """As of the period's last day, computed from the roll-ups; one query."""
    asked = scoring.of(filters, policy=policies.current(), zone=spans.zone())
    rows = asking.rows(_GROUPS.format(columns=_NAMES, scores=f"({asked.sql})"), asked.params)
    return Classes(as_of=filters.as_of, groups=tuple(map(_group, rows)))


def last_night(filters: Filters) -> Classes | None:
    """What the last night found, by tier and segment; None before the first one. Two queries.

    It is for pages: whole tables aren't scored while somebody waits. `as_of` says of when it is.
    """
    # Any row tells: a night replaces all of them.
    found = asking.rows("SELECT as_of_on FROM analytics_memberscore ORDER BY member_id LIMIT 1", {})
    if not found:
        return None
    there = narrowing.of_members(filters, member="s.member_id")
    if narrowing.has_people(filters):
        sql = _STORED.format(columns=_NAMES, there=there.sql)
    else:
        sql = _KEPT.format(columns=_NAMES)
    params = there.params | {"warning": policies.current().health_warning}
    rows = asking.rows(sql, params)
    return Classes(as_of=found[0][0], groups=tuple(map(_group, rows)))


def moves(filters: Filters, kind: ClassKind) -> tuple[Move, ...]:
    """Between the night before the period and its last one; the largest first. One query. Who
    came back to where they were hasn't moved."""
    there = narrowing.of_members(filters, member="c.member_id")
    rows = asking.rows(_MOVES.format(there=there.sql), there.params | {"kind": kind.value})
    return tuple(Move(before=before, after=after, members=count) for before, after, count in rows)


def _group(row: tuple[Any, ...]) -> Group:
    r, f, m, *rest = row
    codes, (members, orders, sales) = rest[:-3], rest[-3:]
    return Group(
        scores=(r, f, m),
        classes=dict(zip(_COLUMNS, codes, strict=True)),
        members=members,
        orders=int(orders),
        sales=int(sales),
    )


_NAMES = ", ".join(("r_score", "f_score", "m_score", *_COLUMNS.values()))
_GROUPS = """
SELECT {columns}, count(*), sum(window_orders_count), sum(window_net_amount)
FROM {scores} s GROUP BY {columns}
"""
_STORED = """
SELECT {columns}, count(*), sum(window_orders_count), sum(window_net_amount)
FROM (
    SELECT s.*, CASE WHEN s.health IS NULL THEN '' WHEN s.health < %(warning)s THEN 'low'
        ELSE 'fine' END AS health_class
    FROM analytics_memberscore s WHERE {there}
) s GROUP BY {columns}
"""
_KEPT = """
SELECT {columns}, sum(members_count)::bigint, sum(window_orders_count), sum(window_net_amount)
FROM (
    SELECT s.*, CASE WHEN s.health IS NULL THEN '' WHEN s.health < %(warning)s THEN 'low'
        ELSE 'fine' END AS health_class
    FROM analytics_scoregroup s
) s GROUP BY {columns}
"""
_MOVES = """
SELECT before, after, count(*) FROM (
    SELECT (array_agg(c.before ORDER BY c.day))[1] AS before,
        (array_agg(c.after ORDER BY c.day DESC))[1] AS after
    FROM analytics_classchange c
    WHERE c.kind = %(kind)s AND c.day BETWEEN %(from_on)s AND %(to_on)s AND {there}
    GROUP BY c.member_id
) changed
WHERE before <> after GROUP BY 1, 2 ORDER BY 3 DESC, 1, 2
"""
