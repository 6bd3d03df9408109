"""What a member is worth by the simple formula."""

from fractions import Fraction

from django.utils.translation import gettext_lazy as _

from analytics.registry.measures import Measure, Value
from analytics.rules import lifetime, ratios
from analytics.rules.lifetime import Year
from analytics.selectors import asking, narrowing, policies, spans
from analytics.selectors.figures import Unit
from analytics.selectors.filters import Filters

YEAR_DAYS = 364
_HALF_DAYS = YEAR_DAYS // 2


def year(filters: Filters) -> Year:
    """The 364 days, two halves of 26 weeks, that end with the period's last day; one query."""
    sales = narrowing.of_sales(filters, rows="d")
    days = {
        "year_on": spans.earlier(filters.as_of, YEAR_DAYS - 1),
        "half_on": spans.earlier(filters.as_of, _HALF_DAYS - 1),
    }
    net, orders, buyers, first_half, gone = asking.row(
        _YEAR.format(sales=sales.sql), sales.params | days
    )
    return Year(
        sales=int(net),
        orders=int(orders),
        buyers=buyers,
        first_half_buyers=first_half,
        gone=gone,
    )


_YEAR = """
SELECT coalesce(sum(net), 0), coalesce(sum(orders), 0), count(*),
    count(*) FILTER (WHERE first_day < %(half_on)s),
    count(*) FILTER (WHERE last_day < %(half_on)s)
FROM (
    SELECT sum(d.net_amount) AS net, sum(d.orders_count) AS orders, min(d.day) AS first_day,
        max(d.day) AS last_day
    FROM analytics_memberday d
    WHERE d.day BETWEEN %(year_on)s AND %(to_on)s AND d.member_id IS NOT NULL
        AND d.orders_count > 0 AND {sales}
    GROUP BY d.member_id
) bought
"""


def _simple(filters: Filters) -> Value:
    margin = Fraction(policies.current().margin_percent)
    found = lifetime.value(year(filters), margin)
    return Value(value=None if found is None else ratios.each(found, 1))


def _churn(filters: Filters) -> Value:
    found = year(filters)
    churn = found.churn
    return Value(value=None if churn is None else ratios.percent(churn, 1))


MEASURES = (
    Measure(
        code="clv_simple",
        label=_("Lifetime value, simple"),
        definition=_(
            "Average order times orders a year times expected years (one divided by the churn of "
            "a year) times the margin. Of members, over the 364 days that end with the period."
        ),
        unit=Unit.AMOUNT,
        read=_simple,
        narrowed_by=frozenset({"store", "channel", "tier", "segment"}),
    ),
    Measure(
        code="churn_year",
        label=_("Churn of a year"),
        definition=_(
            "Of the members who bought in the first 26 of the last 52 weeks, those who didn't in "
            "the last 26; over two such halves: 1 − (1 − h)²."
        ),
        unit=Unit.PERCENT,
        read=_churn,
        is_lower_better=True,
        narrowed_by=frozenset({"store", "channel", "tier", "segment"}),
    ),
)
