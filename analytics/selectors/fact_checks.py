"""Sums the raw orders and the ledger and compares every roll-up with them. All in SQL.

Nothing here is shared with what writes the roll-ups: each check counts its own way, straight from
the orders. A sound database gives no finding, once all events are heard and all marks are taken.
"""

from dataclasses import dataclass
from typing import Any

from django.db import connection, transaction

from analytics.models import StaleDay, StaleMember
from analytics.services import facts
from members.models import Dispatch

# Enough to act on; the count says how many there are.
EXAMPLES = 20


@dataclass(frozen=True)
class Finding:
    """A check and how many rows differ, with a few: ("kept" or "counted", key, figures)."""

    check: str
    count: int
    examples: tuple[tuple[object, ...], ...]


@dataclass(frozen=True)
class Waiting:
    """What the roll-ups haven't heard of or haven't followed yet."""

    events: int
    members: int
    days: int

    @property
    def is_anything(self) -> bool:
        return bool(self.events or self.members or self.days)


def waiting() -> Waiting:
    """Events that analytics is still to hear, and marks that no refresh has taken."""
    return Waiting(
        events=Dispatch.objects.filter(subscriber__startswith="analytics.").count(),
        members=StaleMember.objects.count(),
        days=StaleDay.objects.count(),
    )


def checks() -> tuple[str, ...]:
    return tuple(_CHECKS)


def findings() -> list[Finding]:
    """Every check that fails. Each reads all orders: minutes where there are millions."""
    zone = facts.zone()
    found = (_look(check, *queries, zone=zone) for check, queries in _CHECKS.items())
    return [finding for finding in found if finding is not None]


def _look(check: str, kept: str, counted: str, *, zone: str) -> Finding | None:
    params: dict[str, Any] = {"zone": zone, "examples": EXAMPLES}
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL work_mem = '256MB'")
        cursor.execute(_COMPARE.format(kept=kept, counted=counted), params)
        rows = cursor.fetchall()
    if not rows:
        return None
    return Finding(check, rows[0][0], tuple(row[1:] for row in rows))


_COMPARE = """
WITH kept AS MATERIALIZED ({kept}), counted AS MATERIALIZED ({counted}),
wrong AS (
    (SELECT 'kept' AS says, * FROM kept EXCEPT ALL SELECT 'kept', * FROM counted)
    UNION ALL
    (SELECT 'counted', * FROM counted EXCEPT ALL SELECT 'counted', * FROM kept)
)
SELECT count(*) OVER (), wrong::text FROM wrong LIMIT %(examples)s
"""
_PAID = """
SELECT member_id, business_date AS day, store_id, channel_id, occurred_at, source, external_id,
    net_amount - refunded_amount + refunded_shipping_amount AS net
FROM loyalty_order
WHERE net_amount - refunded_amount + refunded_shipping_amount > 0
"""
_MEMBERS_PAID = f"{_PAID} AND member_id IS NOT NULL"
_BY_DAY = f"""
SELECT member_id, day, count(*) AS orders, sum(net) AS net
FROM ({_MEMBERS_PAID}) paid GROUP BY member_id, day
"""  # noqa: S608
_MONTH = "make_date(extract(year FROM day)::int, extract(month FROM day)::int, 1)"

# By what is checked: the roll-up's rows, and the same counted from orders, members and entries.
_CHECKS = {
    "member_day": (
        """
        SELECT day, member_id, channel_id, store_id, orders_count, gross_amount::numeric,
            net_amount::numeric, earned_points::numeric, spent_points::numeric
        FROM analytics_memberday""",
        """
        SELECT business_date, member_id, channel_id, store_id,
            sum((net_amount + refunded_shipping_amount > refunded_amount)::int)::int,
            sum(net_amount), sum(net_amount) - sum(refunded_amount - refunded_shipping_amount),
            sum(earned_points), sum(spent_points)
        FROM loyalty_order GROUP BY 1, 2, 3, 4""",
    ),
    "purchase_day": (
        """
        SELECT member_id, day, previous_day, next_day, orders_count::bigint, net_amount::numeric
        FROM analytics_purchaseday""",
        f"""
        SELECT member_id, day, max(day) OVER (PARTITION BY member_id ORDER BY day
                ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING),
            min(day) OVER (PARTITION BY member_id ORDER BY day
                ROWS BETWEEN 1 FOLLOWING AND UNBOUNDED FOLLOWING), orders, net
        FROM ({_BY_DAY}) days""",  # noqa: S608
    ),
    "member_month": (
        """
        SELECT member_id, month, cohort_month, previous_month, orders_count::bigint,
            purchase_days_count::bigint, net_amount::numeric
        FROM analytics_membermonth""",
        f"""
        SELECT member_id, month, min(month) OVER (PARTITION BY member_id),
            max(month) OVER (PARTITION BY member_id ORDER BY month
                ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING), orders, days, net
        FROM (
            SELECT member_id, {_MONTH} AS month, count(*) AS orders,
                count(DISTINCT day) AS days, sum(net) AS net
            FROM ({_MEMBERS_PAID}) paid GROUP BY 1, 2
        ) months""",  # noqa: S608
    ),
    "member_metrics": (
        """
        SELECT member_id, first_day, second_day, last_day, purchase_days_count::bigint,
            orders_count::numeric, net_amount::numeric, gap_days::numeric
        FROM analytics_membermetrics""",
        f"""
        SELECT member_id, min(day), min(day) FILTER (WHERE number = 2), max(day), count(*),
            sum(orders), sum(net),
            -- The middle one, or the middle of the two: between them lie the others.
            ((percentile_disc(0.5) WITHIN GROUP (ORDER BY gap)
              - percentile_disc(0.5) WITHIN GROUP (ORDER BY -gap)) / 2.0)::numeric(7, 1)
        FROM (
            SELECT *, row_number() OVER own AS number, day - lag(day) OVER own AS gap
            FROM ({_BY_DAY}) days WINDOW own AS (PARTITION BY member_id ORDER BY day)
        ) numbered GROUP BY member_id""",  # noqa: S608
    ),
    "purchase_gap": (
        """
        SELECT day, is_first, gap_days::int, days_count::bigint FROM analytics_purchasegap""",
        f"""
        SELECT day, number = 1, CASE WHEN later - day < 367 THEN later - day ELSE 367 END, count(*)
        FROM (
            SELECT day, row_number() OVER own AS number, lead(day) OVER own AS later
            FROM ({_BY_DAY}) days WINDOW own AS (PARTITION BY member_id ORDER BY day)
        ) numbered GROUP BY 1, 2, 3""",  # noqa: S608
    ),
    "cohort_month": (
        """
        SELECT cohort_month, month, is_returning, members_count::bigint
        FROM analytics_cohortmonth""",
        f"""
        SELECT cohort, month, is_returning, count(*)
        FROM (
            SELECT month, min(month) OVER (PARTITION BY member_id) AS cohort,
                count(*) OVER (PARTITION BY member_id ORDER BY month
                    RANGE BETWEEN interval '1 month' PRECEDING AND interval '1 day' PRECEDING) > 0
                    AS is_returning
            FROM (SELECT DISTINCT member_id, {_MONTH} AS month FROM ({_MEMBERS_PAID}) paid) months
        ) found GROUP BY 1, 2, 3""",  # noqa: S608
    ),
    "kpi_day, sales": (
        """
        SELECT day, store_id, channel_id, sum(orders_count), sum(net_amount),
            sum(member_orders_count), sum(member_net_amount), sum(buyers_count)
        FROM analytics_kpiday GROUP BY 1, 2, 3 HAVING sum(orders_count) > 0""",
        f"""
        SELECT day, store_id, channel_id, count(*), sum(net),
            count(*) FILTER (WHERE member_id IS NOT NULL),
            coalesce(sum(net) FILTER (WHERE member_id IS NOT NULL), 0), count(DISTINCT member_id)
        FROM ({_PAID}) paid GROUP BY 1, 2, 3""",  # noqa: S608
    ),
    "kpi_day, gross and points": (
        """
        SELECT day, store_id, channel_id, gross_amount::numeric, earned_points::numeric,
            spent_points::numeric
        FROM analytics_kpiday
        WHERE gross_amount <> 0 OR earned_points <> 0 OR spent_points <> 0""",
        """
        SELECT business_date, store_id, channel_id, sum(net_amount), sum(earned_points),
            sum(spent_points)
        FROM loyalty_order GROUP BY 1, 2, 3
        HAVING sum(net_amount) <> 0 OR sum(earned_points) <> 0 OR sum(spent_points) <> 0""",
    ),
    "kpi_day, first orders": (
        """
        SELECT day, store_id, channel_id, first_orders_count::bigint
        FROM analytics_kpiday WHERE first_orders_count > 0""",
        f"""
        SELECT day, store_id, channel_id, count(*)
        FROM (
            SELECT DISTINCT ON (member_id) * FROM ({_MEMBERS_PAID}) paid
            ORDER BY member_id, day, occurred_at, source, external_id
        ) firsts GROUP BY 1, 2, 3""",  # noqa: S608
    ),
    "kpi_day, new members": (
        """
        SELECT day, store_id, channel_id, joined_count::bigint
        FROM analytics_kpiday WHERE joined_count > 0""",
        """
        SELECT (joined_at AT TIME ZONE %(zone)s)::date, store_id, channel_id, count(*)
        FROM members_member WHERE state NOT IN ('MERGED', 'ERASED') GROUP BY 1, 2, 3""",
    ),
    "points_day": (
        """
        SELECT day, kind, reason, sum(points), sum(entries)
        FROM (
            SELECT day, kind, reason, points, entries_count::bigint AS entries
            FROM analytics_pointsday
            UNION ALL
            SELECT (moved_at AT TIME ZONE %(zone)s)::date, kind, reason, points, entries_count
            FROM analytics_stalepoints
        ) known GROUP BY 1, 2, 3""",
        """
        SELECT (occurred_at AT TIME ZONE %(zone)s)::date, kind, reason, sum(points),
            count(*)::numeric
        FROM loyalty_ledgerentry GROUP BY 1, 2, 3""",
    ),
}
