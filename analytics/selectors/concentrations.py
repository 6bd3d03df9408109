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


# Members who bought for the same sum stand in one row, so that some ten thousand are put in order
# instead of everybody. Of these the top p %, rounded up, take what is left behind those `above`.
_TOP = "coalesce(sum(net * greatest(least(members, (n * {percent} + 99) / 100 - above), 0)), 0)"
_RANKED = """
SELECT coalesce(sum(members), 0), coalesce(sum(net * members), 0), {tops} FROM (
    SELECT net, members, (sum(members) OVER ())::bigint AS n,
        (sum(members) OVER (ORDER BY net DESC) - members)::bigint AS above
    FROM (
        SELECT net, count(*) AS members FROM (
            SELECT sum(d.net_amount)::bigint AS net FROM analytics_memberday d
            WHERE d.day BETWEEN %(from_on)s AND %(to_on)s AND d.member_id IS NOT NULL AND {there}
            GROUP BY d.member_id
        ) bought WHERE net > 0 GROUP BY net
    ) alike
) ranked
"""
