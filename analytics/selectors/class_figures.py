"""What the members of each class bring: as the last night found them, or computed for another day
or for some places."""

from collections.abc import Callable, Hashable
from dataclasses import dataclass, fields
from datetime import date
from functools import reduce
from typing import Any

from analytics.selectors import asking, class_moves, narrowing, policies, scoring, spans
from analytics.selectors.filters import Filters
from analytics.selectors.measures import classes


@dataclass(frozen=True, kw_only=True)
class Sums:
    """Members and what they bought in 365 days; amounts in minor units, days summed up.

    `buyers` have a paid order at all, `returning` two or more in the 365 days; `with_gap` have a
    median gap between purchase days, of them `overdue` are longer away than that.
    """

    members: int = 0
    orders: int = 0
    sales: int = 0
    returning: int = 0
    buyers: int = 0
    recency_days: int = 0
    with_gap: int = 0
    overdue: int = 0

    def __add__(self, other: "Sums") -> "Sums":
        names = [field.name for field in fields(self)]
        return Sums(**{name: getattr(self, name) + getattr(other, name) for name in names})


@dataclass(frozen=True, kw_only=True)
class Group:
    """Members alike in these classes. `health_tenth` 0 is a health of 0 to below 10, 9 is 90 to
    100; None without a health."""

    stage: str
    value_class: str
    customer_class: str
    health_class: str
    health_tenth: int | None
    sums: Sums


@dataclass(frozen=True, kw_only=True)
class Figures:
    """Of everybody who may be profiled. `is_of_night`: the last night found it."""

    as_of: date
    is_of_night: bool
    groups: tuple[Group, ...]

    def by(self, key: Callable[[Group], Hashable]) -> dict[Any, Sums]:
        """The sums of the groups that are alike by `key`."""
        found: dict[Any, Sums] = {}
        for group in self.groups:
            found[key(group)] = found.get(key(group), Sums()) + group.sums
        return found

    @property
    def whole(self) -> Sums:
        return reduce(Sums.__add__, (group.sums for group in self.groups), Sums())


def night_of(filters: Filters) -> date | None:
    """The last night's day, where it answers the filters: the period reaches to it or beyond, and
    no places are chosen. One query."""
    nights = class_moves.known()
    if nights is None or narrowing.has_places(filters) or filters.as_of < nights.to_on:
        return None
    return nights.to_on


def rfm(filters: Filters) -> tuple[classes.Classes, bool]:
    """Everybody's scores and classes, and whether the last night found them; two or three
    queries."""
    if night_of(filters) is not None and (found := classes.last_night(filters)) is not None:
        return found, True
    return classes.classes(filters), False


def figures(filters: Filters) -> Figures:
    """Two queries."""
    night, policy = night_of(filters), policies.current()
    if night is None:
        asked = scoring.of(filters, policy=policy, zone=spans.zone())
        rows = asking.rows(_GROUPS.format(scores=asked.sql), asked.params)
    elif narrowing.has_people(filters):
        there = narrowing.of_members(filters, member="s.member_id")
        params = there.params | {"warning": policy.health_warning}
        rows = asking.rows(_GROUPS.format(scores=_STORED.format(there=there.sql)), params)
    else:
        rows = asking.rows(_KEPT, {"warning": policy.health_warning})
    return Figures(
        as_of=night or filters.as_of, is_of_night=night is not None, groups=tuple(map(_group, rows))
    )


def _group(row: tuple[Any, ...]) -> Group:
    stage, value, customer, health, tenth, *sums = row
    return Group(
        stage=stage,
        value_class=value,
        customer_class=customer,
        health_class=health,
        health_tenth=tenth,
        sums=_sums(sums),
    )


def _sums(row: list[Any]) -> Sums:
    names = [field.name for field in fields(Sums)]
    return Sums(**{name: int(value) for name, value in zip(names, row, strict=True)})


_STORED = """
SELECT s.stage, s.value_class, s.customer_class, s.health, s.recency_days, s.year_orders_count,
    s.year_net_amount, s.gap_days,
    CASE WHEN s.health IS NULL THEN '' WHEN s.health < %(warning)s THEN 'low' ELSE 'fine' END
        AS health_class
FROM analytics_memberscore s WHERE {there}
"""
_KEPT = """
SELECT stage, value_class, customer_class,
    CASE WHEN health IS NULL THEN '' WHEN health < %(warning)s THEN 'low' ELSE 'fine' END,
    least(floor(health / 10), 9)::int AS tenth,
    sum(members_count), sum(year_orders_count), sum(year_net_amount), sum(returning_count),
    sum(buyers_count), sum(recency_days), sum(with_gap_count), sum(overdue_count)
FROM analytics_scoregroup GROUP BY 1, 2, 3, 4, 5
"""
_GROUPS = """
SELECT stage, value_class, customer_class, health_class,
    least(floor(health / 10), 9)::int AS tenth,
    count(*), sum(year_orders_count), sum(year_net_amount),
    count(*) FILTER (WHERE year_orders_count >= 2), count(recency_days),
    coalesce(sum(recency_days), 0), count(gap_days),
    count(*) FILTER (WHERE recency_days > gap_days)
FROM ({scores}) s GROUP BY 1, 2, 3, 4, 5
"""
