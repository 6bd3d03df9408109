"""What everybody bought as of a day, for their scores.

Source: docs/algorithms/rfm.md, life-cycle.md.
"""

from analytics.selectors import narrowing, rollups
from analytics.selectors.filters import Filters


def bought(filters: Filters) -> str:
    """A query of what each bought: last day, orders, purchase days, median gap, and the sums of
    the window and of the year.

    In chosen places all of it is of the purchase days there. Of all sales the metrics say most
    already, and only the days that count are summed up. Parameters: `to_on`, `window_after`,
    `year_after`, and `sums_after`, the earlier one of the two.
    """
    if narrowing.has_places(filters):
        days = rollups.purchase_days(filters)
        return _OF_DAYS.format(days=days, who="TRUE")
    return _OF_METRICS.format(
        later=_OF_DAYS.format(days=rollups.purchase_days(filters), who=_WHO_CAME_LATER),
        metrics=narrowing.of_members(filters, member="p.member_id").sql,
        recent=narrowing.of_members(filters, member="d.member_id").sql,
    )


# Everything of the purchase days themselves.
_OF_DAYS = """
    SELECT d.member_id, max(d.day) AS last_day,
        sum(d.orders_count)::int AS orders_count,
        count(*)::int AS purchase_days_count,
        percentile_cont(0.5) WITHIN GROUP (ORDER BY d.day - d.previous_day) AS gap_days,
        coalesce(sum(d.orders_count) FILTER (WHERE d.day > %(window_after)s), 0)::int
            AS window_orders_count,
        coalesce(sum(d.net_amount) FILTER (WHERE d.day > %(window_after)s), 0)::bigint
            AS window_net_amount,
        coalesce(sum(d.orders_count) FILTER (WHERE d.day > %(year_after)s), 0)::int
            AS year_orders_count,
        coalesce(sum(d.net_amount) FILTER (WHERE d.day > %(year_after)s), 0)::bigint
            AS year_net_amount
    FROM {days} d WHERE {who} GROUP BY d.member_id
"""
_WHO_CAME_LATER = (
    "d.member_id IN (SELECT member_id FROM analytics_membermetrics WHERE last_day > %(to_on)s)"
)
# Of whom the metrics tell the whole life, only the days that count are summed up; who came again
# after the day is looked up.
_OF_METRICS = """
    SELECT p.member_id, p.last_day, p.orders_count, p.purchase_days_count,
        p.gap_days::double precision AS gap_days,
        coalesce(r.window_orders_count, 0) AS window_orders_count,
        coalesce(r.window_net_amount, 0) AS window_net_amount,
        coalesce(r.year_orders_count, 0) AS year_orders_count,
        coalesce(r.year_net_amount, 0) AS year_net_amount
    FROM analytics_membermetrics p
    LEFT JOIN (
        SELECT d.member_id,
            coalesce(sum(d.orders_count) FILTER (WHERE d.day > %(window_after)s), 0)::int
                AS window_orders_count,
            coalesce(sum(d.net_amount) FILTER (WHERE d.day > %(window_after)s), 0)::bigint
                AS window_net_amount,
            coalesce(sum(d.orders_count) FILTER (WHERE d.day > %(year_after)s), 0)::int
                AS year_orders_count,
            coalesce(sum(d.net_amount) FILTER (WHERE d.day > %(year_after)s), 0)::bigint
                AS year_net_amount
        FROM analytics_purchaseday d
        WHERE d.day > %(sums_after)s AND d.day <= %(to_on)s AND {recent}
        GROUP BY d.member_id
    ) r ON r.member_id = p.member_id
    WHERE p.last_day <= %(to_on)s AND {metrics}
    UNION ALL
    {later}
"""
