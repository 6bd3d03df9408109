"""What each store and channel brought: sales, orders, new members, and who came back to it."""

from collections import defaultdict
from dataclasses import dataclass, fields
from typing import Any

from analytics.selectors import asking, narrowing, spans
from analytics.selectors.filters import Filters
from analytics.selectors.measures import people

STORE, CHANNEL = "store", "channel"


@dataclass(frozen=True, kw_only=True)
class Place:
    """Sums of one store or channel over the period; `id` is None for sales without a store.
    Amounts in minor units, net of refunds."""

    id: int | None
    sales: int = 0
    orders: int = 0
    member_sales: int = 0
    joined: int = 0

    def __add__(self, other: "Place") -> "Place":
        names = [field.name for field in fields(self) if field.name != "id"]
        sums: dict[str, Any] = {name: getattr(self, name) + getattr(other, name) for name in names}
        return Place(id=self.id, **sums)


@dataclass(frozen=True, kw_only=True)
class Buyers:
    """Distinct members with a paid order in a store, and those with two or more there."""

    buyers: int = 0
    returning: int = 0


def sums(filters: Filters, *, by: str) -> tuple[Place, ...]:
    """By store or channel, most sales first; one query for both. New members are counted where
    they joined; where a tier or segment is chosen, sales are those to its members."""
    found: defaultdict[int | None, Place] = defaultdict(lambda: Place(id=None))
    for store_id, channel_id, sales, orders, member_sales, joined in _rows(filters):
        row_id = store_id if by == STORE else channel_id
        place = Place(
            id=row_id,
            sales=int(sales),
            orders=int(orders),
            member_sales=int(member_sales),
            joined=int(joined),
        )
        found[row_id] = place + found[row_id]
    return tuple(sorted(found.values(), key=lambda one: (-one.sales, one.id or 0)))


def buyers(filters: Filters) -> dict[int | None, Buyers]:
    """By store; one query."""
    found = narrowing.of_sales(filters, rows="d")
    return {
        store_id: Buyers(buyers=count, returning=returning)
        for store_id, count, returning in asking.rows(_BUYERS.format(sales=found.sql), found.params)
    }


def _rows(filters: Filters) -> asking.Rows:
    if filters.tier_ids is None and filters.segment_id is None:
        found = narrowing.of_places(filters, rows="k")
        return asking.rows(_OF_DAYS.format(there=found.sql), found.params)
    found = narrowing.of_sales(filters, rows="d")
    joiners = narrowing.of_joiners(filters, rows="m")
    sql = _OF_MEMBERS.format(sales=found.sql, joiners=joiners.sql)
    return asking.rows(sql, found.params | spans.of(filters))


_OF_DAYS = """
SELECT k.store_id, k.channel_id, sum(k.net_amount), sum(k.orders_count), sum(k.member_net_amount),
    sum(k.joined_count)
FROM analytics_kpiday k
WHERE k.day BETWEEN %(from_on)s AND %(to_on)s AND {there} GROUP BY 1, 2
"""
_OF_MEMBERS = f"""
SELECT store_id, channel_id, sum(sales), sum(orders), sum(sales), sum(joined)
FROM (
    SELECT d.store_id, d.channel_id, d.net_amount AS sales, d.orders_count AS orders, 0 AS joined
    FROM analytics_memberday d WHERE d.day BETWEEN %(from_on)s AND %(to_on)s AND {{sales}}
    UNION ALL
    SELECT m.store_id, m.channel_id, 0, 0, 1 FROM members_member m
    WHERE m.joined_at >= %(from_at)s AND m.joined_at < %(until_at)s
        AND m.state IN {people.COUNTED} AND {{joiners}}
) rows GROUP BY 1, 2
"""  # noqa: S608
_BUYERS = """
SELECT store_id, count(*), count(*) FILTER (WHERE orders_count >= 2)
FROM (
    SELECT d.store_id, sum(d.orders_count) AS orders_count FROM analytics_memberday d
    WHERE d.day BETWEEN %(from_on)s AND %(to_on)s AND d.member_id IS NOT NULL
        AND d.orders_count > 0 AND {sales}
    GROUP BY d.store_id, d.member_id
) bought GROUP BY 1
"""
