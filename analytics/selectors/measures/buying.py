"""Sales and orders of a period, and who bought."""

from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

from analytics.registry.measures import Measure, Value
from analytics.selectors import asking, narrowing, purchase_gaps
from analytics.selectors.figures import Unit
from analytics.selectors.filters import Filters
from analytics.selectors.measures import values

_ALL = frozenset({"store", "channel", "tier", "segment"})
_PLACES = frozenset({"store", "channel"})


@dataclass(frozen=True)
class Sums:
    """Net sales in minor units and paid orders, of everybody and of members; and the points that
    the orders earned."""

    sales: int
    orders: int
    member_sales: int
    member_orders: int
    earned_points: int


@dataclass(frozen=True, kw_only=True)
class Buyers:
    """Distinct members with a paid order in the period, and those with two or more."""

    buyers: int
    returning: int


def sums(filters: Filters) -> Sums:
    """From the days' figures; by tier or segment from the members' days. One query."""
    if filters.tier_ids is None and filters.segment_id is None:
        found = narrowing.of_places(filters, rows="k")
        sql = _OF_DAYS.format(there=found.sql)
    else:
        found = narrowing.of_sales(filters, rows="d")
        sql = _OF_MEMBERS.format(sales=found.sql)
    return Sums(*map(int, asking.row(sql, found.params)))


def buyers(filters: Filters) -> Buyers:
    """One query."""
    if not narrowing.has_places(filters):
        found = narrowing.of_members(filters, member="p.member_id")
        sql = _BUYERS_OF_ALL.format(people=found.sql)
    else:
        found = narrowing.of_sales(filters, rows="d")
        sql = _BUYERS.format(sales=found.sql)
    count, returning = asking.row(sql, found.params)
    return Buyers(buyers=count, returning=returning)


_OF_DAYS = """
SELECT coalesce(sum(k.net_amount), 0), coalesce(sum(k.orders_count), 0),
    coalesce(sum(k.member_net_amount), 0), coalesce(sum(k.member_orders_count), 0),
    coalesce(sum(k.earned_points), 0)
FROM analytics_kpiday k WHERE k.day BETWEEN %(from_on)s AND %(to_on)s AND {there}
"""
_OF_MEMBERS = """
SELECT coalesce(sum(d.net_amount), 0), coalesce(sum(d.orders_count), 0),
    coalesce(sum(d.net_amount), 0), coalesce(sum(d.orders_count), 0),
    coalesce(sum(d.earned_points), 0)
FROM analytics_memberday d WHERE d.day BETWEEN %(from_on)s AND %(to_on)s AND {sales}
"""
_BUYERS = """
SELECT count(*), count(*) FILTER (WHERE orders_count >= 2)
FROM (
    SELECT sum(d.orders_count) AS orders_count FROM analytics_memberday d
    WHERE d.day BETWEEN %(from_on)s AND %(to_on)s AND d.member_id IS NOT NULL
        AND d.orders_count > 0 AND {sales}
    GROUP BY d.member_id
) bought
"""


# Nothing is grouped: of a member's purchase days of the period one is the last. Whoever bought
# twice on it, or on a day of the period before it, came back.
_BUYERS_OF_ALL = """
SELECT count(*), count(*) FILTER (WHERE p.orders_count >= 2 OR p.previous_day >= %(from_on)s)
FROM analytics_purchaseday p
WHERE p.day BETWEEN %(from_on)s AND %(to_on)s
    AND (p.next_day IS NULL OR p.next_day > %(to_on)s) AND {people}
"""


def _sales(filters: Filters) -> Value:
    return values.count(sums(filters).sales)


def _orders(filters: Filters) -> Value:
    return values.count(sums(filters).orders)


def _member_sales(filters: Filters) -> Value:
    return values.count(sums(filters).member_sales)


def _buyers(filters: Filters) -> Value:
    return values.count(_buyers_count(filters))


def _buyers_count(filters: Filters) -> int:
    """Without those who came back, where the counts of gaps can tell; one query."""
    if purchase_gaps.can_tell(filters, [filters.period.days_count]):
        return purchase_gaps.buyers(filters)
    return buyers(filters).buyers


def _member_share(filters: Filters) -> Value:
    found = sums(filters)
    return values.share(found.member_sales, found.sales)


def _average_order(filters: Filters) -> Value:
    found = sums(filters)
    return values.average(found.sales, found.orders)


def _average_buyer(filters: Filters) -> Value:
    return values.average(sums(filters).member_sales, _buyers_count(filters))


def _returning(filters: Filters) -> Value:
    found = buyers(filters)
    return values.share(found.returning, found.buyers)


MEASURES = (
    Measure(
        code="sales",
        label=_("Sales"),
        definition=_(
            "Net sales of the period, to members and others: after discounts and refunds, without "
            "shipping. A refund lowers the day of its order."
        ),
        unit=Unit.AMOUNT,
        read=_sales,
        narrowed_by=_ALL,
    ),
    Measure(
        code="paid_orders",
        label=_("Paid orders"),
        definition=_("Orders of the period whose net sales, after refunds, are above zero."),
        unit=Unit.COUNT,
        read=_orders,
        narrowed_by=_ALL,
    ),
    Measure(
        code="member_sales",
        label=_("Member sales"),
        definition=_("The part of the sales that members bought."),
        unit=Unit.AMOUNT,
        read=_member_sales,
        narrowed_by=_ALL,
    ),
    Measure(
        code="buyers",
        label=_("Buying members"),
        definition=_("Distinct members with a paid order in the period."),
        unit=Unit.COUNT,
        read=_buyers,
        narrowed_by=_ALL,
    ),
    Measure(
        code="member_share",
        label=_("Member share"),
        definition=_("Member sales divided by all sales of the period."),
        unit=Unit.PERCENT,
        read=_member_share,
        numerator=_("member sales"),
        denominator=_("sales"),
        narrowed_by=_PLACES,
    ),
    Measure(
        code="aov",
        label=_("Average order (AOV)"),
        definition=_("Sales divided by paid orders of the period, of members and others."),
        unit=Unit.AMOUNT,
        read=_average_order,
        numerator=_("sales"),
        denominator=_("paid orders"),
        narrowed_by=_ALL,
    ),
    Measure(
        code="arpu",
        label=_("Sales per buying member (ARPU)"),
        definition=_(
            "Member sales of the period divided by the distinct members with a paid order in it."
        ),
        unit=Unit.AMOUNT,
        read=_average_buyer,
        numerator=_("member sales"),
        denominator=_("buying members"),
        narrowed_by=_ALL,
    ),
    Measure(
        code="returning_rate",
        label=_("Returning customers"),
        definition=_(
            "Members with two or more paid orders in the period, of those with one or more."
        ),
        unit=Unit.PERCENT,
        read=_returning,
        numerator=_("members with two or more paid orders"),
        denominator=_("members with a paid order"),
        narrowed_by=_ALL,
    ),
)
