"""The roll-up of orders per member and day: computed anew from the orders, never added to.

Recomputing makes a repeat harmless and the order of events unimportant: whatever was heard,
a row says what the orders say. What changes is marked in the same transaction (`stale`), for the
roll-ups that are made of this one.
"""

from collections.abc import Collection, Iterator, Mapping
from datetime import date
from typing import Any

from django.db import connection, transaction

from analytics.models import MemberDay
from analytics.rules import months
from analytics.services import stale
from loyalty.models import Order

_LOCK = 5_217_101  # advisory lock of everything that writes member days, or reads their marks


def recompute(*, order_ids: Collection[int]) -> None:
    """Brings the days of these orders up to date, for all orders of the same member and day.

    Orders without a member are counted together, per day, channel and store.
    """
    if not order_ids:
        return
    with transaction.atomic(savepoint=False):
        lock()
        _execute(_OF_ORDERS, {"order_ids": list(order_ids)})


def follow_merge(*, survivor_id: int, retired_id: int) -> None:
    """Brings the days up to date after the orders of one member became those of another."""
    with transaction.atomic(savepoint=False):
        lock()
        days = MemberDay.objects.filter(member_id=retired_id)
        order_ids = Order.objects.filter(
            member_id=survivor_id, business_date__in=days.values("day")
        ).values_list("pk", flat=True)
        _execute(_OF_ORDERS, {"order_ids": list(order_ids)})
        moved = set(days.values_list("day", flat=True))
        days.delete()
        if moved:
            stale.mark(member_ids=(survivor_id, retired_id), days=moved)


def follow_undo(*, survivor_id: int, retired_id: int) -> None:
    """Brings the days of both up to date after a merge was taken back."""
    with transaction.atomic(savepoint=False):
        lock()
        theirs = Order.objects.filter(member_id=retired_id)
        days = list(theirs.order_by().values_list("business_date", flat=True).distinct())
        # What the survivor sold nothing on any more would stay behind.
        MemberDay.objects.filter(member_id=survivor_id, day__in=days).delete()
        of_both = Order.objects.filter(
            member_id__in=(survivor_id, retired_id), business_date__in=days
        )
        _execute(_OF_ORDERS, {"order_ids": list(of_both.values_list("pk", flat=True))})
        if days:
            stale.mark(member_ids=(survivor_id, retired_id), days=days)


def rebuild(*, from_day: date | None = None, until_day: date | None = None) -> Iterator[date]:
    """Recomputes all days in `[from_day, until_day)`, by default all there are.

    A calendar month is one transaction, so that tills never wait long; yields the first day of
    each part when it is done. The result is what hearing every event gives.
    """
    first, last = _span()
    starts = from_day or first
    ends = until_day or last
    if starts is None or ends is None:
        return
    for part_starts, part_ends in months.parts(starts, ends):
        with transaction.atomic():
            lock()
            _execute(_OF_DAYS, {"from_day": part_starts, "until_day": part_ends})
        yield part_starts


def lock() -> None:
    """One writer at a time, and a statement of its own: the next one then sees every order that
    the writer before saw. Without it, the one who read first could write last."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])


def _execute(scope: str, params: Mapping[str, Any]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(scope + _ROWS + stale.OF_CHANGED, params)


def _span() -> tuple[date | None, date | None]:
    """From the first day with an order or a row to the day after the last."""
    with connection.cursor() as cursor:
        cursor.execute(_SPAN)
        first, after_last = cursor.fetchone()
    return first, after_last


_SPAN = """
SELECT min(day), max(day) + 1 FROM (
    SELECT min(business_date) AS day FROM loyalty_order
    UNION ALL SELECT max(business_date) FROM loyalty_order
    UNION ALL SELECT min(day) FROM analytics_memberday
    UNION ALL SELECT max(day) FROM analytics_memberday
) AS ends
"""

_COLUMNS = """business_date, member_id, channel_id, store_id, net_amount, refunded_amount,
    refunded_shipping_amount, earned_points, spent_points"""

# The orders to sum up and the rows that are present for them. Two joins each instead of one with
# IS NOT DISTINCT FROM, which no index serves; a NULL member stands for all who are none.
_OF_ORDERS = f"""
WITH touched AS (
    SELECT DISTINCT business_date AS day, member_id
    FROM loyalty_order WHERE id = ANY(%(order_ids)s)
),
orders AS (
    SELECT {_COLUMNS} FROM loyalty_order
    WHERE (member_id, business_date) IN (SELECT member_id, day FROM touched)
    UNION ALL
    SELECT {_COLUMNS} FROM loyalty_order
    WHERE member_id IS NULL
        AND business_date IN (SELECT day FROM touched WHERE member_id IS NULL)
),
present AS (
    SELECT * FROM analytics_memberday
    WHERE (member_id, day) IN (SELECT member_id, day FROM touched)
    UNION ALL
    SELECT * FROM analytics_memberday
    WHERE member_id IS NULL AND day IN (SELECT day FROM touched WHERE member_id IS NULL)
),
"""  # noqa: S608
_OF_DAYS = f"""
WITH orders AS (
    SELECT {_COLUMNS} FROM loyalty_order
    WHERE business_date >= %(from_day)s AND business_date < %(until_day)s
),
present AS (
    SELECT * FROM analytics_memberday WHERE day >= %(from_day)s AND day < %(until_day)s
),
"""  # noqa: S608

# The value of a refund is what came back of the lines: shipping is no sale, so its refund is
# none either. Rows that have no orders any more (members were merged) must not stay behind.
_ROWS = """
sales AS (
    SELECT business_date AS day, member_id, channel_id, store_id, net_amount,
        net_amount - (refunded_amount - refunded_shipping_amount) AS net,
        earned_points, spent_points
    FROM orders
),
totals AS (
    SELECT day, member_id, channel_id, store_id,
        count(*) FILTER (WHERE net > 0) AS orders_count,
        sum(net_amount) AS gross_amount,
        sum(net) AS net_amount,
        sum(earned_points) AS earned_points,
        sum(spent_points) AS spent_points
    FROM sales GROUP BY day, member_id, channel_id, store_id
),
upserted AS (
    INSERT INTO analytics_memberday AS kept (day, member_id, channel_id, store_id,
        orders_count, gross_amount, net_amount, earned_points, spent_points)
    SELECT * FROM totals
    ON CONFLICT ON CONSTRAINT member_day_once DO UPDATE SET
        orders_count = excluded.orders_count,
        gross_amount = excluded.gross_amount,
        net_amount = excluded.net_amount,
        earned_points = excluded.earned_points,
        spent_points = excluded.spent_points
    WHERE (kept.orders_count, kept.gross_amount, kept.net_amount,
           kept.earned_points, kept.spent_points)
        IS DISTINCT FROM
          (excluded.orders_count, excluded.gross_amount, excluded.net_amount,
           excluded.earned_points, excluded.spent_points)
    RETURNING day, member_id
),
leftover AS (
    SELECT id FROM present p WHERE NOT EXISTS (
        SELECT FROM totals t
        WHERE t.day = p.day AND coalesce(t.member_id, 0) = coalesce(p.member_id, 0)
            AND t.channel_id = p.channel_id
            AND coalesce(t.store_id, 0) = coalesce(p.store_id, 0)
    )
),
removed AS (
    DELETE FROM analytics_memberday WHERE id IN (SELECT id FROM leftover)
    RETURNING day, member_id
),
changed AS (SELECT * FROM upserted UNION SELECT * FROM removed),
"""
