"""What all orders come to, as of a day: for comparing two systems, not for a page.

Lines, baskets worth nothing and products are in no roll-up: these read the orders themselves.
"""

from dataclasses import dataclass
from datetime import date

from analytics.selectors import asking


@dataclass(frozen=True, kw_only=True)
class Totals:
    """Baskets are orders of any worth; members and stores are those of baskets; sales are net of
    refunds, in minor units; a trading day has a basket, a purchase day is one member's."""

    lines: int
    products: int
    baskets: int
    paid_orders: int
    members: int
    stores: int
    sales: int
    trading_days: int
    purchase_days: int


def totals(as_of: date) -> Totals:
    """Of all business days up to `as_of`, itself included; two queries over all orders."""
    params = {"as_of": as_of}
    lines, products = asking.row(_LINES, params)
    baskets, paid, members, stores, sales, days, purchase_days = asking.row(_ORDERS, params)
    return Totals(
        lines=lines,
        products=products,
        baskets=baskets,
        paid_orders=paid,
        members=members,
        stores=stores,
        sales=int(sales),
        trading_days=days,
        purchase_days=purchase_days,
    )


_LINES = """
SELECT count(*), count(DISTINCT l.product_id)
FROM loyalty_orderline l JOIN loyalty_order o ON o.id = l.order_id
WHERE o.business_date <= %(as_of)s
"""
_ORDERS = """
SELECT count(*), count(*) FILTER (WHERE net > 0), count(DISTINCT member_id),
    count(DISTINCT store_id), coalesce(sum(net), 0), count(DISTINCT business_date),
    (SELECT count(*) FROM analytics_purchaseday WHERE day <= %(as_of)s)
FROM (
    SELECT member_id, store_id, business_date,
        net_amount - refunded_amount + refunded_shipping_amount AS net
    FROM loyalty_order WHERE business_date <= %(as_of)s
) o
"""
