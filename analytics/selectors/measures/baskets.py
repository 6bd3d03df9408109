"""What members buy together: from the lines of orders, as the catalogue sorts them now."""

from django.utils.translation import gettext_lazy as _

from analytics.registry.measures import Measure, Value
from analytics.selectors import asking, narrowing
from analytics.selectors.figures import Unit
from analytics.selectors.filters import Filters
from analytics.selectors.measures import buying, values

# No roll-up knows categories: so many orders' lines are read within a second, more aren't told.
MOST_ORDERS = 200_000

# Whose first and last category differ bought of two or more. What came back wasn't bought.
_CROSSED = """
SELECT count(*) FROM (
    SELECT FROM loyalty_order o
    JOIN loyalty_orderline l ON l.order_id = o.id AND l.net_amount > l.refunded_amount
    JOIN loyalty_product p ON p.id = l.product_id AND p.category <> ''
    WHERE o.business_date BETWEEN %(from_on)s AND %(to_on)s AND o.member_id IS NOT NULL
        AND {sales}
    GROUP BY o.member_id HAVING min(p.category) < max(p.category)
) crossed
"""


def _cross_buying(filters: Filters) -> Value:
    """Two questions of the roll-ups, and one of the lines where they aren't too many."""
    if buying.sums(filters).member_orders > MOST_ORDERS:
        return Value(value=None)
    found = narrowing.of_sales(filters, rows="o")
    crossed = asking.row(_CROSSED.format(sales=found.sql), found.params)[0]
    return values.share(crossed, buying.buyers(filters).buyers)


MEASURES = (
    Measure(
        code="cross_buying_rate",
        label=_("Cross-buying"),
        definition=_(
            "Members who bought products of two or more categories in the period, of the buying "
            "members; what came back whole doesn't count. The categories are those of the "
            "catalogue now. Told for at most 200,000 orders of members at once."
        ),
        unit=Unit.PERCENT,
        read=_cross_buying,
        numerator=_("members who bought of two or more categories"),
        denominator=_("members with a paid order"),
        narrowed_by=frozenset({"store", "channel", "tier", "segment"}),
    ),
)
