"""The definitions of analytics.md a second time, over raw orders and nothing else.

Only the policy's defaults are known here. Whatever reads a roll-up is compared with this.
"""

from datetime import date
from typing import Any

from django.db import connection

_PAID = """
paid AS (
    SELECT o.member_id, o.business_date AS day, to_char(o.business_date, 'YYYY-MM') AS month,
        o.net_amount - (o.refunded_amount - o.refunded_shipping_amount) AS net
    FROM loyalty_order o
    WHERE o.business_date <= %(as_of)s AND o.member_id IS NOT NULL
        AND o.net_amount - (o.refunded_amount - o.refunded_shipping_amount) > 0
), days AS (SELECT DISTINCT member_id, day FROM paid)
"""


def _rows(sql: str, as_of: date, **params: Any) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(f"WITH {_PAID} {sql}", {"as_of": as_of, **params})
        return cursor.fetchall()


def totals(as_of: date) -> dict[str, int]:
    found = _rows(
        """
        SELECT (SELECT count(*) FROM loyalty_orderline l JOIN loyalty_order o ON o.id = l.order_id
                WHERE o.business_date <= %(as_of)s),
            (SELECT count(DISTINCT product_id) FROM loyalty_orderline l
                JOIN loyalty_order o ON o.id = l.order_id WHERE o.business_date <= %(as_of)s),
            count(*), (SELECT count(*) FROM paid), count(DISTINCT member_id),
            count(DISTINCT store_id),
            sum(net_amount - refunded_amount + refunded_shipping_amount)::bigint,
            count(DISTINCT business_date), (SELECT count(*) FROM days)
        FROM loyalty_order WHERE business_date <= %(as_of)s
        """,
        as_of,
    )
    names = (
        *("lines", "products", "baskets", "paid_orders", "members", "stores", "sales"),
        *("trading_days", "purchase_days"),
    )
    return dict(zip(names, found[0], strict=True))


def repurchase(as_of: date, number: int) -> tuple[int, int, int, int]:
    """First: repeated, base; all: repeated, base."""
    found = _rows(
        """, ordered AS (
            SELECT day, row_number() OVER own AS place, lead(day) OVER own AS later
            FROM days WINDOW own AS (PARTITION BY member_id ORDER BY day)
        )
        SELECT count(*) FILTER (WHERE place = 1 AND later <= day + %(number)s),
            count(*) FILTER (WHERE place = 1), count(*) FILTER (WHERE later <= day + %(number)s),
            count(*)
        FROM ordered WHERE day <= %(as_of)s::date - %(number)s
        """,
        as_of,
        number=number,
    )
    return found[0]


def cohorts(as_of: date) -> dict[tuple[str, str], int]:
    """Distinct members by (cohort, month)."""
    return {
        (cohort, month): count
        for cohort, month, count in _rows(
            """, firsts AS (SELECT member_id, min(month) AS cohort FROM paid GROUP BY member_id)
            SELECT f.cohort, p.month, count(DISTINCT p.member_id)
            FROM paid p JOIN firsts f USING (member_id) GROUP BY 1, 2
            """,
            as_of,
        )
    }


def life_cycle(as_of: date) -> dict[str, tuple[int, int, int, int]]:
    """(new, returning, resurrecting, dormant) by month, from sets of members."""
    buyers: dict[str, set[int]] = {}
    for member_id, month in _rows(" SELECT DISTINCT member_id, month FROM paid", as_of):
        buyers.setdefault(month, set()).add(member_id)
    found = {}
    seen: set[int] = set()
    before: set[int] = set()
    for month in _months(min(buyers), f"{as_of:%Y-%m}"):
        now = buyers.get(month, set())
        found[month] = (
            len(now - seen),
            len(now & before),
            len((now & seen) - before),
            len(before - now),
        )
        seen, before = seen | now, now
    return found


def _months(first: str, last: str) -> list[str]:
    found = [first]
    while found[-1] < last:
        year, month = map(int, found[-1].split("-"))
        found.append(f"{year + month // 12}-{month % 12 + 1:02}")
    return found


def members(as_of: date) -> dict[str, tuple[Any, ...]]:
    """By the member's uid: recency, paid orders in 365 days and their net sales, scores, the three
    ways of RFM classes, stage, value class, customer class."""
    return {row[0]: row[1:] for row in _rows(_MEMBERS, as_of)}


_MEMBERS = """, gaps AS (
    SELECT member_id, day - lag(day) OVER (PARTITION BY member_id ORDER BY day) AS gap FROM days
), life AS (
    SELECT member_id, %(as_of)s::date - max(p.day) AS r, count(*) AS orders,
        count(*) FILTER (WHERE p.day > %(as_of)s::date - 365) AS f,
        coalesce(sum(p.net) FILTER (WHERE p.day > %(as_of)s::date - 365), 0)::bigint AS m,
        count(DISTINCT p.day) AS days,
        min(g.gap) AS gap
    FROM paid p LEFT JOIN (
        SELECT member_id, percentile_cont(0.5) WITHIN GROUP (ORDER BY gap) AS gap
        FROM gaps GROUP BY member_id
    ) g USING (member_id)
    GROUP BY member_id
), scored AS (
    SELECT member_id, 1 + floor(5.0 * (rank() OVER (ORDER BY r DESC) - 1) / count(*) OVER ()) AS rs,
        1 + floor(5.0 * (rank() OVER (ORDER BY f) - 1) / count(*) OVER ()) AS fs,
        1 + floor(5.0 * (rank() OVER (ORDER BY m) - 1) / count(*) OVER ()) AS ms,
        r <= avg(r) OVER () AS rh, f >= avg(f) OVER () AS fh, m >= avg(m) OVER () AS mh
    FROM life WHERE f > 0
)
SELECT m.uid::text, l.r, l.f, l.m, s.rs::int, s.fs::int, s.ms::int,
    CASE WHEN s.member_id IS NULL THEN '' ELSE concat(rh::int, fh::int, mh::int) END,
    CASE WHEN s.member_id IS NULL THEN ''
        WHEN rs <= 2 THEN CASE WHEN fs <= 2 THEN 'hibernating' WHEN fs <= 4 THEN 'at_risk'
            ELSE 'cant_lose' END
        WHEN rs = 3 THEN CASE WHEN fs <= 2 THEN 'about_to_sleep' WHEN fs = 3 THEN 'need_attention'
            ELSE 'loyal' END
        WHEN rs = 4 THEN CASE WHEN fs = 1 THEN 'promising' WHEN fs <= 3 THEN 'potential_loyalist'
            ELSE 'loyal' END
        WHEN fs = 1 THEN 'new' WHEN fs <= 3 THEN 'potential_loyalist' ELSE 'champion' END,
    CASE WHEN l.member_id IS NULL THEN 'acquisition' WHEN l.r > 180 THEN 'lost'
        WHEN l.r > 90 OR (l.days >= 3 AND l.r > 3 * greatest(l.gap, 7)) THEN 'decline'
        WHEN l.f >= 5 THEN 'maturity' ELSE 'growth' END,
    CASE WHEN coalesce(l.m, 0) >= 1000000 AND l.f - 1 >= 5 THEN 'high'
        WHEN coalesce(l.m, 0) < 300000 AND coalesce(l.f, 0) - 1 <= 1 THEN 'basic'
        ELSE 'potential' END,
    CASE WHEN l.member_id IS NULL THEN 'non_customer'
        WHEN l.orders >= 3 AND l.r > 180 THEN 'lost'
        WHEN l.f >= 5 AND l.r <= 60 THEN 'loyal' WHEN l.orders = 1 THEN 'potential'
        ELSE 'occasional' END
FROM members_member m LEFT JOIN life l ON l.member_id = m.id
LEFT JOIN scored s ON s.member_id = m.id
"""
