"""Sums over each member's life, computed anew from their purchase days."""

from collections.abc import Collection

from django.db import connection


def recompute(*, member_ids: Collection[int]) -> None:
    """Brings the metrics of these members up to date; only rows that differ are written. Whose
    first purchase day moves, the days that it leaves and comes to are marked: a first order is
    counted there.

    Call behind the lock of `member_days`, after `purchase_days`. Source: docs/algorithms/facts.md.
    """
    with connection.cursor() as cursor:
        cursor.execute(_RECOMPUTE, {"member_ids": list(member_ids)})


# The median of whole numbers is a whole or a half: exact in a double, and in one decimal.
_RECOMPUTE = """
WITH totals AS MATERIALIZED (
    SELECT member_id, min(day) AS first_day,
        min(day) FILTER (WHERE previous_day IS NOT NULL) AS second_day,
        max(day) AS last_day, count(*)::int AS purchase_days_count,
        sum(orders_count)::int AS orders_count, sum(net_amount)::bigint AS net_amount,
        (percentile_cont(0.5) WITHIN GROUP (ORDER BY day - previous_day))::numeric AS gap_days
    FROM analytics_purchaseday WHERE member_id = ANY(%(member_ids)s)
    GROUP BY member_id
),
present AS MATERIALIZED (
    SELECT * FROM analytics_membermetrics WHERE member_id = ANY(%(member_ids)s)
),
moved AS (
    SELECT p.first_day AS left_day, t.first_day AS new_day
    FROM present p FULL JOIN totals t USING (member_id)
    WHERE p.first_day IS DISTINCT FROM t.first_day
),
marked AS (
    INSERT INTO analytics_staleday (day)
    SELECT left_day FROM moved WHERE left_day IS NOT NULL
    UNION SELECT new_day FROM moved WHERE new_day IS NOT NULL
    ON CONFLICT DO NOTHING
),
gone AS (
    -- As an array: rows by their key, never a walk through the whole table.
    DELETE FROM analytics_membermetrics WHERE member_id = ANY(ARRAY(
        SELECT p.member_id FROM present p LEFT JOIN totals t USING (member_id)
        WHERE t.member_id IS NULL
    ))
)
INSERT INTO analytics_membermetrics (member_id, first_day, second_day, last_day,
    purchase_days_count, orders_count, net_amount, gap_days)
SELECT t.* FROM totals t LEFT JOIN present p USING (member_id)
WHERE p.member_id IS NULL
    OR (p.first_day, p.second_day, p.last_day, p.purchase_days_count,
        p.orders_count, p.net_amount, p.gap_days)
    IS DISTINCT FROM
       (t.first_day, t.second_day, t.last_day, t.purchase_days_count,
        t.orders_count, t.net_amount, t.gap_days)
ON CONFLICT (member_id) DO UPDATE SET
    first_day = excluded.first_day,
    second_day = excluded.second_day,
    last_day = excluded.last_day,
    purchase_days_count = excluded.purchase_days_count,
    orders_count = excluded.orders_count,
    net_amount = excluded.net_amount,
    gap_days = excluded.gap_days
"""
