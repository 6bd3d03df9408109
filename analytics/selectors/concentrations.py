"""How much of the sales comes from the members who buy most.

Source: docs/algorithms/class-moves.md.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from analytics.selectors import asking, narrowing
from analytics.selectors.filters import Filters

PERCENTS = (1, 5, 10, 20)


@dataclass(frozen=True, kw_only=True)
class Top:
    """The `percent` of the buying members who bought most, rounded up to whole members, and their
    net sales in minor units."""

    percent: int
    members: int
    sales: int


@dataclass(frozen=True, kw_only=True)
class Concentration:
    """Members with net sales above zero in the period, and all of these sales."""

    members: int
    sales: int
    tops: tuple[Top, ...]


def concentration(filters: Filters, percents: Sequence[int] = PERCENTS) -> Concentration:
    """By the net sales of the period; one query."""
    there = narrowing.of_sales(filters, rows="d")
    tops = ", ".join(_TOP.format(percent=int(percent)) for percent in percents)
    row = asking.row(_RANKED.format(there=there.sql, tops=tops), there.params)
    members, whole, *sales = map(int, row)
    return Concentration(
        members=members,
        sales=whole,
        tops=tuple(
            Top(percent=percent, members=-(-members * percent // 100), sales=of_top)
            for percent, of_top in zip(percents, sales, strict=True)
        ),
    )


# The place-th of n is among the top p % while place − 1 < n·p/100: whole numbers, rounded up.
_TOP = "coalesce(sum(net) FILTER (WHERE (place - 1) * 100 < n * {percent}), 0)"
_RANKED = """
SELECT count(*), coalesce(sum(net), 0), {tops} FROM (
    SELECT net, row_number() OVER (ORDER BY net DESC) AS place, count(*) OVER () AS n
    FROM (
        SELECT sum(d.net_amount) AS net FROM analytics_memberday d
        WHERE d.day BETWEEN %(from_on)s AND %(to_on)s AND d.member_id IS NOT NULL AND {there}
        GROUP BY d.member_id
    ) bought WHERE net > 0
) ranked
"""
