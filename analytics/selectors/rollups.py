"""Purchase days and months as of a day, of all sales or of those in some places.

Where no store or channel is chosen the stored roll-ups answer. Elsewhere they are made of
`member_day`, as if only the sales of those places had been: a first order is then the first one
there. What a query may read of the future is said below.
"""

from analytics.selectors import narrowing
from analytics.selectors.filters import Filters


def purchase_days(filters: Filters) -> str:
    """A table of (member_id, day, previous_day, next_day, orders_count, net_amount), for FROM.

    Days up to `%(to_on)s` only; `next_day` may lie after it. Parameters: `narrowing.params`.
    """
    if narrowing.has_places(filters):
        return _PURCHASE_DAYS_THERE.format(sales=narrowing.of_sales(filters, rows="d").sql)
    return _PURCHASE_DAYS.format(people=narrowing.of_members(filters, member="p.member_id").sql)


def last_days(filters: Filters) -> str:
    """A table of (member_id, day): the last purchase day of each as of `%(to_on)s`."""
    if narrowing.has_places(filters):
        return _LAST_DAYS_THERE.format(sales=narrowing.of_sales(filters, rows="d").sql)
    return _LAST_DAYS.format(people=narrowing.of_members(filters, member="p.member_id").sql)


def first_days(filters: Filters) -> str:
    """A table of (member_id, first_day, second_day): `second_day` may lie after `%(to_on)s`."""
    if narrowing.has_places(filters):
        return _FIRST_DAYS_THERE.format(days=purchase_days(filters))
    return _FIRST_DAYS.format(people=narrowing.of_members(filters, member="p.member_id").sql)


def months(filters: Filters) -> str:
    """A table of (member_id, month, cohort_month, previous_month) as of `%(to_on)s`.

    The month of that day holds who bought in it up to that day.
    """
    if narrowing.has_places(filters):
        return _MONTHS_THERE.format(sales=narrowing.of_sales(filters, rows="d").sql)
    people = narrowing.of_members(filters, member="p.member_id").sql
    if filters.period.until_on.day == 1:
        return _MONTHS.format(people=people)
    return _MONTHS_SO_FAR.format(people=people, month=filters.as_of.replace(day=1).isoformat())


_PURCHASE_DAYS = """(
    SELECT p.member_id, p.day, p.previous_day, p.next_day, p.orders_count, p.net_amount
    FROM analytics_purchaseday p WHERE p.day <= %(to_on)s AND {people}
)"""
_PURCHASE_DAYS_THERE = """(
    SELECT member_id, day, lag(day) OVER own AS previous_day, lead(day) OVER own AS next_day,
        orders_count, net_amount
    FROM (
        SELECT d.member_id, d.day, sum(d.orders_count) AS orders_count,
            sum(d.net_amount) AS net_amount
        FROM analytics_memberday d
        WHERE d.member_id IS NOT NULL AND d.orders_count > 0 AND d.day <= %(to_on)s AND {sales}
        GROUP BY d.member_id, d.day
    ) days
    WINDOW own AS (PARTITION BY member_id ORDER BY day)
)"""

# One row per member without grouping: the day after which they didn't buy again by then. Most
# are read from the metrics, which are few; only who bought again later is looked up.
_LAST_DAYS = """(
    SELECT p.member_id, p.last_day AS day
    FROM analytics_membermetrics p WHERE p.last_day <= %(to_on)s AND {people}
    UNION ALL
    SELECT p.member_id, p.day FROM analytics_purchaseday p
    WHERE p.day <= %(to_on)s AND p.next_day > %(to_on)s
        AND EXISTS (SELECT FROM analytics_membermetrics WHERE last_day > %(to_on)s) AND {people}
)"""
_LAST_DAYS_THERE = """(
    SELECT d.member_id, max(d.day) AS day
    FROM analytics_memberday d
    WHERE d.member_id IS NOT NULL AND d.orders_count > 0 AND d.day <= %(to_on)s AND {sales}
    GROUP BY d.member_id
)"""

_FIRST_DAYS = """(
    SELECT p.member_id, p.first_day, p.second_day
    FROM analytics_membermetrics p WHERE p.first_day <= %(to_on)s AND {people}
)"""
_FIRST_DAYS_THERE = """(
    SELECT member_id, day AS first_day, next_day AS second_day
    FROM {days} purchases WHERE previous_day IS NULL
)"""

_MONTHS = """(
    SELECT p.member_id, p.month, p.cohort_month, p.previous_month
    FROM analytics_membermonth p WHERE p.month <= %(to_on)s AND {people}
)"""
# Months before the last one are whole. Of the last one, who bought in it by that day.
_MONTHS_SO_FAR = """(
    SELECT p.member_id, p.month, p.cohort_month, p.previous_month
    FROM analytics_membermonth p
    WHERE p.month <= %(to_on)s AND {people}
        AND (p.month < '{month}' OR p.member_id IN (
            SELECT member_id FROM analytics_memberday
            WHERE day BETWEEN '{month}' AND %(to_on)s
                AND orders_count > 0 AND member_id IS NOT NULL
        ))
)"""
# In the order of an index: of each month the first day stays, as its row has another month before.
_MONTHS_THERE = """(
    SELECT member_id, month, cohort_month, previous_month
    FROM (
        SELECT d.member_id, date_trunc('month', d.day::timestamp)::date AS month,
            date_trunc('month', (first_value(d.day) OVER own)::timestamp)::date AS cohort_month,
            date_trunc('month', (lag(d.day) OVER own)::timestamp)::date AS previous_month
        FROM analytics_memberday d
        WHERE d.member_id IS NOT NULL AND d.orders_count > 0 AND d.day <= %(to_on)s AND {sales}
        WINDOW own AS (PARTITION BY d.member_id ORDER BY d.day)
    ) bought
    WHERE previous_month IS DISTINCT FROM month
)"""
