"""Who was there in a day and in thirty days: by order and by app event, told apart."""

from dataclasses import dataclass, replace
from datetime import date

from django.utils.translation import gettext_lazy as _

from analytics.registry.measures import Measure, Value
from analytics.selectors import asking, narrowing, purchase_gaps, spans
from analytics.selectors.figures import Unit
from analytics.selectors.filters import Filters
from analytics.selectors.measures import values

_ALL = frozenset({"store", "channel", "tier", "segment"})


@dataclass(frozen=True, kw_only=True)
class Active:
    """Distinct members of the period's last day, and of the thirty days that end with it."""

    day: int
    month: int


def by_order(filters: Filters) -> Active:
    """With a paid order; one query, or two of the counts of gaps."""
    if purchase_gaps.can_tell(filters, [spans.MONTH_DAYS]):
        return Active(day=_counted(filters, days=1), month=_counted(filters, days=spans.MONTH_DAYS))
    if not narrowing.has_places(filters):
        there = narrowing.of_members(filters, member="p.member_id")
        day, month = asking.row(_OF_ALL.format(people=there.sql), there.params | _days(filters))
        return Active(day=day, month=month)
    sales = narrowing.of_sales(filters, rows="d")
    day, month = asking.row(_BY_ORDER.format(sales=sales.sql), sales.params | _days(filters))
    return Active(day=day, month=month)


def by_event(filters: Filters) -> Active:
    """With a behavior event that is known to be theirs, whatever the kind; one query."""
    # An event names its channel by code.
    places = narrowing.of_events(filters, rows="e")
    days = _days(filters)
    instants = {
        "month_at": spans.begins_at(days["month_on"]),
        "day_at": spans.begins_at(filters.as_of),
        "until_at": spans.begins_at(filters.period.until_on),
    }
    day, month = asking.row(_BY_EVENT.format(places=places.sql), places.params | instants)
    return Active(day=day, month=month)


def _counted(filters: Filters, *, days: int) -> int:
    period = spans.last_days(filters.as_of, days)
    return purchase_gaps.buyers(replace(filters, period=period, compared=None))


def _days(filters: Filters) -> dict[str, date]:
    month = spans.last_days(filters.as_of, spans.MONTH_DAYS)
    return {"month_on": month.from_on}


_BY_ORDER = """
SELECT count(*) FILTER (WHERE last_day = %(to_on)s), count(*)
FROM (
    SELECT d.member_id, max(d.day) AS last_day FROM analytics_memberday d
    WHERE d.day BETWEEN %(month_on)s AND %(to_on)s AND d.member_id IS NOT NULL
        AND d.orders_count > 0 AND {sales}
    GROUP BY d.member_id
) buyers
"""
# Nothing is grouped: of a member's purchase days of a span one is the last.
_OF_ALL = """
SELECT count(*) FILTER (WHERE p.day = %(to_on)s), count(*)
FROM analytics_purchaseday p
WHERE p.day BETWEEN %(month_on)s AND %(to_on)s
    AND (p.next_day IS NULL OR p.next_day > %(to_on)s) AND {people}
"""
_BY_EVENT = """
SELECT count(*) FILTER (WHERE last_at >= %(day_at)s), count(*)
FROM (
    SELECT e.member_id, max(e.occurred_at) AS last_at FROM members_behaviorevent e
    WHERE e.occurred_at >= %(month_at)s AND e.occurred_at < %(until_at)s
        AND e.member_id IS NOT NULL AND {places}
    GROUP BY e.member_id
) visitors
"""


def _dau(filters: Filters) -> Value:
    return values.count(by_order(filters).day)


def _mau(filters: Filters) -> Value:
    return values.count(by_order(filters).month)


def _dau_app(filters: Filters) -> Value:
    return values.count(by_event(filters).day)


def _mau_app(filters: Filters) -> Value:
    return values.count(by_event(filters).month)


MEASURES = (
    Measure(
        code="dau_orders",
        label=_("DAU by order"),
        definition=_("Distinct members with a paid order on the period's last day."),
        unit=Unit.COUNT,
        read=_dau,
        narrowed_by=_ALL,
    ),
    Measure(
        code="mau_orders",
        label=_("MAU by order"),
        definition=_(
            "Distinct members with a paid order in the 30 days that end with the period's last."
        ),
        unit=Unit.COUNT,
        read=_mau,
        narrowed_by=_ALL,
    ),
    Measure(
        code="dau_events",
        label=_("DAU by app event"),
        definition=_("Distinct members with a behavior event on the period's last day."),
        unit=Unit.COUNT,
        read=_dau_app,
        narrowed_by=_ALL,
    ),
    Measure(
        code="mau_events",
        label=_("MAU by app event"),
        definition=_(
            "Distinct members with a behavior event in the 30 days that end with the period's last."
        ),
        unit=Unit.COUNT,
        read=_mau_app,
        narrowed_by=_ALL,
    ),
)
