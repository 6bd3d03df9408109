"""What a member is worth by the simple formula."""

from dataclasses import replace
from fractions import Fraction

from django.utils.translation import gettext_lazy as _

from analytics.registry.measures import Measure, Value
from analytics.rules import lifetime, ratios
from analytics.rules.lifetime import Year
from analytics.selectors import asking, narrowing, policies, rollups, spans
from analytics.selectors.figures import Unit
from analytics.selectors.filters import Filters
from analytics.selectors.measures import buying

YEAR_DAYS = 364
_HALF_DAYS = YEAR_DAYS // 2


def year(filters: Filters) -> Year:
    """The 364 days, two halves of 26 weeks, that end with the period's last day; two queries."""
    period = spans.last_days(filters.as_of, YEAR_DAYS)
    sums = buying.sums(replace(filters, period=period))
    half_on = spans.earlier(filters.as_of, _HALF_DAYS - 1)
    days = {"year_on": period.from_on, "half_on": half_on}
    if narrowing.is_everybody(filters):
        sql = _COUNTED
    else:
        sql = _YEAR.format(purchases=rollups.purchase_days(filters))
    buyers, first_half, gone = asking.row(sql, narrowing.params(filters) | days)
    return Year(
        sales=sums.member_sales,
        orders=sums.member_orders,
        buyers=buyers,
        first_half_buyers=first_half,
        gone=gone,
    )


# Nothing is grouped: of a member's purchase days of a span one is the last.
_YEAR = """
SELECT count(*) FILTER (WHERE next_day IS NULL OR next_day > %(to_on)s),
    count(*) FILTER (WHERE day < %(half_on)s AND (next_day IS NULL OR next_day >= %(half_on)s)),
    count(*) FILTER (WHERE day < %(half_on)s AND (next_day IS NULL OR next_day > %(to_on)s))
FROM {purchases} p WHERE day >= %(year_on)s
"""
# The same of the counts: no gap that is asked for here is as long as those that are one.
_COUNTED = """
SELECT coalesce(sum(days_count) FILTER (WHERE day + gap_days > %(to_on)s), 0)::bigint,
    coalesce(sum(days_count) FILTER (
        WHERE day < %(half_on)s AND day + gap_days >= %(half_on)s), 0)::bigint,
    coalesce(sum(days_count) FILTER (
        WHERE day < %(half_on)s AND day + gap_days > %(to_on)s), 0)::bigint
FROM analytics_purchasegap WHERE day BETWEEN %(year_on)s AND %(to_on)s
"""


def _simple(filters: Filters) -> Value:
    margin = Fraction(policies.current().margin_percent)
    found = lifetime.value(year(filters), margin)
    return Value(value=None if found is None else ratios.each(found, 1))


def _churn(filters: Filters) -> Value:
    found = year(filters)
    churn = found.churn
    if churn is None:
        return Value(value=None)
    return Value(
        value=ratios.percent(churn, 1), numerator=found.gone, denominator=found.first_half_buyers
    )


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
        numerator=_("h: members of the first 26 weeks without a paid order in the last 26"),
        denominator=_("h: members with a paid order in the first 26 of the last 52 weeks"),
        is_lower_better=True,
        narrowed_by=frozenset({"store", "channel", "tier", "segment"}),
    ),
)
