"""The months in which members bought, computed anew from their purchase days."""

from collections.abc import Collection

from django.db import connection


def recompute(*, member_ids: Collection[int]) -> None:
    """Brings all months of these members up to date; only rows that differ are written.

    Call behind the lock of `member_days`, after `purchase_days`. Source: docs/algorithms/facts.md.
    """
    with connection.cursor() as cursor:
        cursor.execute(_RECOMPUTE, {"member_ids": list(member_ids)})


_RECOMPUTE = """
WITH months AS (
    -- As a timestamp without a zone: a month must not depend on the session's zone.
    SELECT member_id, date_trunc('month', day::timestamp)::date AS month,
        sum(orders_count)::int AS orders_count, count(*)::int AS purchase_days_count,
        sum(net_amount)::bigint AS net_amount
    FROM analytics_purchaseday WHERE member_id = ANY(%(member_ids)s)
    GROUP BY 1, 2
),
linked AS MATERIALIZED (
    SELECT member_id, month, first_value(month) OVER own AS cohort_month,
        lag(month) OVER own AS previous_month, orders_count, purchase_days_count, net_amount
    FROM months WINDOW own AS (PARTITION BY member_id ORDER BY month)
),
present AS MATERIALIZED (
    SELECT * FROM analytics_membermonth WHERE member_id = ANY(%(member_ids)s)
),
gone AS (
    -- As an array: rows by their key, never a walk through the whole table.
    DELETE FROM analytics_membermonth WHERE id = ANY(ARRAY(
        SELECT p.id FROM present p LEFT JOIN linked l USING (member_id, month)
        WHERE l.member_id IS NULL
    ))
)
INSERT INTO analytics_membermonth
    (member_id, month, cohort_month, previous_month, orders_count, purchase_days_count, net_amount)
SELECT l.* FROM linked l LEFT JOIN present p USING (member_id, month)
WHERE p.id IS NULL
    OR (p.cohort_month, p.previous_month, p.orders_count, p.purchase_days_count, p.net_amount)
    IS DISTINCT FROM
       (l.cohort_month, l.previous_month, l.orders_count, l.purchase_days_count, l.net_amount)
ON CONFLICT ON CONSTRAINT member_month_once DO UPDATE SET
    cohort_month = excluded.cohort_month,
    previous_month = excluded.previous_month,
    orders_count = excluded.orders_count,
    purchase_days_count = excluded.purchase_days_count,
    net_amount = excluded.net_amount
"""
