"""Each day's figures per store and channel, computed anew from `member_day` and the members."""

from collections.abc import Collection
from datetime import date

from django.db import connection


def recompute(*, days: Collection[date], zone: str) -> None:
    """Brings the figures of these days up to date; only rows that differ are written. Members
    joined on a day of `zone`.

    Call behind the lock of `member_days`, after `member_metrics`. Source: docs/algorithms/facts.md.
    """
    with connection.cursor() as cursor:
        cursor.execute(_RECOMPUTE, {"days": list(days), "zone": zone})


_COLUMNS = (
    "orders_count", "gross_amount", "net_amount", "member_orders_count", "member_net_amount",
    "buyers_count", "joined_count", "first_orders_count", "earned_points", "spent_points",
)  # fmt: skip
_LIST = ", ".join(_COLUMNS)
_SUMS = ", ".join(f"sum({one})::bigint AS {one}" for one in _COLUMNS)

# `member_day` doesn't say which of a day's orders was the first. Where somebody bought in two
# places on their first day, and only there, the orders are asked: the earliest paid one, whatever
# the order in which they came here.
_FIRSTS = """
bought_first AS (
    SELECT d.day, d.member_id, d.store_id, d.channel_id,
        count(*) OVER (PARTITION BY d.member_id) AS places
    FROM analytics_memberday d
    JOIN analytics_membermetrics m ON m.member_id = d.member_id AND m.first_day = d.day
    WHERE d.day = ANY(%(days)s) AND d.orders_count > 0
),
firsts AS (
    SELECT day, store_id, channel_id FROM bought_first WHERE places = 1
    UNION ALL
    SELECT b.day, o.store_id, o.channel_id
    FROM (SELECT DISTINCT day, member_id FROM bought_first WHERE places > 1) b
    CROSS JOIN LATERAL (
        SELECT store_id, channel_id FROM loyalty_order
        WHERE member_id = b.member_id AND business_date = b.day
            AND net_amount - (refunded_amount - refunded_shipping_amount) > 0
        ORDER BY occurred_at, source, external_id LIMIT 1
    ) o
),
"""
_RECOMPUTE = f"""
WITH {_FIRSTS}
parts AS (
    SELECT day, store_id, channel_id, orders_count, gross_amount, net_amount,
        CASE WHEN member_id IS NULL THEN 0 ELSE orders_count END AS member_orders_count,
        CASE WHEN member_id IS NULL THEN 0 ELSE net_amount END AS member_net_amount,
        -- A member has one row for a day, store and channel.
        (member_id IS NOT NULL AND orders_count > 0)::int AS buyers_count,
        0 AS joined_count, 0 AS first_orders_count, earned_points, spent_points
    FROM analytics_memberday WHERE day = ANY(%(days)s)
    UNION ALL
    SELECT day, store_id, channel_id, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0 FROM firsts
    UNION ALL
    SELECT d.day, m.store_id, m.channel_id, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0
    FROM unnest(%(days)s::date[]) AS d(day)
    -- Where clocks go back at midnight a day begins twice, and the server takes the second time:
    -- the hours around are looked through as well, and the day itself is compared.
    JOIN members_member m
        ON m.joined_at >= (d.day::timestamp AT TIME ZONE %(zone)s) - interval '3 hours'
        AND m.joined_at < ((d.day + 1)::timestamp AT TIME ZONE %(zone)s) + interval '3 hours'
        AND (m.joined_at AT TIME ZONE %(zone)s)::date = d.day
    WHERE m.state IN ('ACTIVE', 'RESTRICTED')
),
sums AS MATERIALIZED (
    SELECT day, store_id, channel_id, {_SUMS}
    FROM parts GROUP BY day, store_id, channel_id
),
present AS MATERIALIZED (SELECT * FROM analytics_kpiday WHERE day = ANY(%(days)s)),
pairs AS MATERIALIZED (
    SELECT p.id, s.day IS NULL AS is_gone, s.*,
        ({", ".join(f"p.{one}" for one in _COLUMNS)})
        IS DISTINCT FROM ({", ".join(f"s.{one}" for one in _COLUMNS)}) AS differs
    FROM present p FULL JOIN sums s ON s.day = p.day
        AND coalesce(s.store_id, 0) = coalesce(p.store_id, 0)
        AND coalesce(s.channel_id, 0) = coalesce(p.channel_id, 0)
),
gone AS (
    DELETE FROM analytics_kpiday WHERE id = ANY(ARRAY(SELECT id FROM pairs WHERE is_gone))
)
INSERT INTO analytics_kpiday (day, store_id, channel_id, {_LIST})
SELECT day, store_id, channel_id, {_LIST} FROM pairs WHERE differs AND NOT is_gone
ON CONFLICT ON CONSTRAINT kpi_day_once DO UPDATE SET
    {", ".join(f"{one} = excluded.{one}" for one in _COLUMNS)}
"""  # noqa: S608
