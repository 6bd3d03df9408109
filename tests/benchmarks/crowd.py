"""Buyers by the million with two years of orders, and the roll-ups of them, made by the database.

Who buys how often is skewed as it is in shops: a tenth of the members buys about a third.
"""

from collections.abc import Sequence
from datetime import date

from django.db import connection

from loyalty.services import programs
from tests.benchmarks import population

AS_OF = date(2025, 12, 31)
_DAYS = 730
_STORES = 40
_TABLES = (
    *("members_member", "loyalty_account", "analytics_memberday", "analytics_purchaseday"),
    *("analytics_membermonth", "analytics_membermetrics", "analytics_kpiday"),
)


def fill(members: int, *, orders: int) -> None:
    """Adds them to a shop that is set up; gives up where some stand there already."""
    values = {
        "members": members,
        "orders": orders,
        "as_of": AS_OF,
        "days": _DAYS,
        "stores": _STORES,
        "tier": programs.current().levels[0].id,
    }
    with population.owner() as cursor, population.without_indexes(cursor, _TABLES):
        cursor.execute("SET work_mem = '512MB'")
        for statement in _STATEMENTS:
            cursor.execute(statement, values)
        for table in ("members_member", "analytics_memberday"):
            cursor.execute(f"SELECT setval('{table}_id_seq', (SELECT max(id) FROM {table}))")


def sizes() -> Sequence[tuple[str, int]]:
    """Rows of each roll-up, by the statistics."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT relname, reltuples::bigint FROM pg_class WHERE relname = ANY(%s) ORDER BY 1",
            [list(_TABLES)],
        )
        return cursor.fetchall()


_STATEMENTS = (
    """
INSERT INTO members_member (id, uid, card_number, state, name, gender, language, joined_at,
    placement, guide, campaign_code, metadata, version, is_profiled)
SELECT 10000000 + m, uuidv7(), 'C' || m, 'ACTIVE', ''::bytea, '', '',
    %(as_of)s::timestamptz - interval '3 years', '', '', '', '{}', 1, true
FROM generate_series(1, %(members)s) m""",
    """
INSERT INTO loyalty_account (member_id, pending_points, active_points, held_points, debt_points,
    earned_points, redeemed_points, expired_points, tier_id, tier_since_at, window_spend_amount,
    window_orders_count, window_qualifying_points, orders_count, version, joined_on)
SELECT id, 0, 0, 0, 0, 0, 0, 0, %(tier)s, joined_at, 0, 0, 0, 0, 0, joined_at::date
FROM members_member WHERE id > 10000000""",
    "SELECT setseed(0.5)",
    """
INSERT INTO analytics_memberday (member_id, day, channel_id, store_id, orders_count, gross_amount,
    net_amount, earned_points, spent_points)
SELECT member_id, day, (SELECT min(id) FROM members_channel),
    (SELECT min(id) FROM members_store) + (member_id + (day - '2020-01-01')) %% %(stores)s,
    count(*), sum(amount), sum(amount), sum(amount) / 100, 0
FROM (
    SELECT 10000001 + (%(members)s * (0.25 * u + 0.75 * u * u))::bigint %% %(members)s AS member_id,
        %(as_of)s::date - (%(days)s * v)::int AS day, 100 + (20000 * w * w)::bigint AS amount
    FROM (SELECT random() AS u, random() AS v, random() AS w
          FROM generate_series(1, %(orders)s)) dice
) orders
GROUP BY member_id, day ORDER BY day""",
    """
INSERT INTO analytics_purchaseday (member_id, day, previous_day, next_day, orders_count, net_amount)
SELECT member_id, day, lag(day) OVER own, lead(day) OVER own, orders_count, net_amount
FROM analytics_memberday WINDOW own AS (PARTITION BY member_id ORDER BY day)""",
    """
INSERT INTO analytics_membermonth (member_id, month, cohort_month, previous_month, orders_count,
    purchase_days_count, net_amount)
SELECT member_id, month, min(month) OVER own, lag(month) OVER (own ORDER BY month), orders, days,
    net
FROM (
    SELECT member_id, date_trunc('month', day)::date AS month, sum(orders_count) AS orders,
        count(*) AS days, sum(net_amount) AS net
    FROM analytics_purchaseday GROUP BY 1, 2
) months WINDOW own AS (PARTITION BY member_id)""",
    """
INSERT INTO analytics_membermetrics (member_id, first_day, second_day, last_day,
    purchase_days_count, orders_count, net_amount, gap_days)
SELECT member_id, min(day), min(next_day), max(day), count(*), sum(orders_count), sum(net_amount),
    percentile_cont(0.5) WITHIN GROUP (ORDER BY day - previous_day)
FROM analytics_purchaseday GROUP BY member_id""",
    """
INSERT INTO analytics_kpiday (day, store_id, channel_id, orders_count, gross_amount, net_amount,
    member_orders_count, member_net_amount, buyers_count, joined_count, first_orders_count,
    earned_points, spent_points)
SELECT day, store_id, channel_id, sum(orders_count), sum(net_amount), sum(net_amount),
    sum(orders_count), sum(net_amount), count(*), 0, 0, sum(earned_points), 0
FROM analytics_memberday GROUP BY 1, 2, 3""",
)
