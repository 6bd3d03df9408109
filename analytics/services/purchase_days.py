"""The days on which members bought, each with its neighbors, computed anew from `member_day`."""

from collections.abc import Collection

from django.db import connection


def recompute(*, member_ids: Collection[int]) -> None:
    """Brings all purchase days of these members up to date; only rows that differ are written.

    Call behind the lock of `member_days`. Source: docs/algorithms/facts.md.
    """
    with connection.cursor() as cursor:
        cursor.execute(_RECOMPUTE, {"member_ids": list(member_ids)})


# An order that came to nothing has a net of nothing, so a day's sum is that of its paid orders.
_RECOMPUTE = """
WITH days AS (
    SELECT member_id, day, sum(orders_count)::int AS orders_count,
        sum(net_amount)::bigint AS net_amount
    FROM analytics_memberday WHERE member_id = ANY(%(member_ids)s)
    GROUP BY member_id, day HAVING sum(orders_count) > 0
),
linked AS MATERIALIZED (
    SELECT member_id, day, lag(day) OVER own AS previous_day, lead(day) OVER own AS next_day,
        orders_count, net_amount
    FROM days WINDOW own AS (PARTITION BY member_id ORDER BY day)
),
present AS MATERIALIZED (
    SELECT * FROM analytics_purchaseday WHERE member_id = ANY(%(member_ids)s)
),
gone AS (
    -- As an array: rows by their key, never a walk through the whole table.
    DELETE FROM analytics_purchaseday WHERE id = ANY(ARRAY(
        SELECT p.id FROM present p LEFT JOIN linked l USING (member_id, day)
        WHERE l.member_id IS NULL
    ))
)
INSERT INTO analytics_purchaseday
    (member_id, day, previous_day, next_day, orders_count, net_amount)
SELECT l.* FROM linked l LEFT JOIN present p USING (member_id, day)
WHERE p.id IS NULL OR (p.previous_day, p.next_day, p.orders_count, p.net_amount)
    IS DISTINCT FROM (l.previous_day, l.next_day, l.orders_count, l.net_amount)
ON CONFLICT ON CONSTRAINT purchase_day_once DO UPDATE SET
    previous_day = excluded.previous_day,
    next_day = excluded.next_day,
    orders_count = excluded.orders_count,
    net_amount = excluded.net_amount
"""
