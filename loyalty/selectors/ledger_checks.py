"""Rebuilds lots and balances from the ledger's entries and compares. All in SQL, set-based.

Every check is a query that gives the rows that are wrong; a sound ledger gives none.
"""

from dataclasses import dataclass

from django.db import connection

from loyalty.selectors import coupon_checks, redemption_checks

# Enough to act on; the count says how many there are.
EXAMPLES = 20


@dataclass(frozen=True)
class Finding:
    """A check and how many rows fail it, with a few of them: (id, is, should be)."""

    check: str
    count: int
    examples: tuple[tuple[object, ...], ...]


_CHECKS = {
    "the account's balances are the sums of its entries": """
        SELECT a.member_id, ARRAY[a.pending_points, a.active_points, a.debt_points],
               ARRAY[coalesce(e.pending, 0), coalesce(e.active, 0), coalesce(e.debt, 0)]
        FROM loyalty_account a
        LEFT JOIN (
            SELECT member_id, sum(pending_change) AS pending, sum(active_change) AS active,
                   sum(debt_change) AS debt
            FROM loyalty_ledgerentry GROUP BY member_id
        ) e USING (member_id)
        WHERE (a.pending_points, a.active_points, a.debt_points)
              <> (coalesce(e.pending, 0), coalesce(e.active, 0), coalesce(e.debt, 0))""",
    "the open lots hold what the account says": """
        SELECT a.member_id, ARRAY[a.pending_points, a.active_points],
               ARRAY[coalesce(l.pending, 0), coalesce(l.active, 0)]
        FROM loyalty_account a
        LEFT JOIN (
            SELECT member_id,
                   coalesce(sum(remaining_points) FILTER (WHERE is_pending), 0) AS pending,
                   coalesce(sum(remaining_points) FILTER (WHERE NOT is_pending), 0) AS active
            FROM loyalty_lot GROUP BY member_id
        ) l USING (member_id)
        WHERE (a.pending_points, a.active_points)
              <> (coalesce(l.pending, 0), coalesce(l.active, 0))""",
    "a lot holds what it earned plus its movements": """
        SELECT l.id, l.remaining_points, l.earned_points + coalesce(m.points, 0)
        FROM loyalty_lot l
        LEFT JOIN (
            SELECT lot_id, sum(points) AS points FROM loyalty_lotmovement GROUP BY lot_id
        ) m ON m.lot_id = l.id
        WHERE l.remaining_points <> l.earned_points + coalesce(m.points, 0)""",
    "a lot was opened by an entry of the same points": """
        SELECT l.id, l.earned_points, e.points
        FROM loyalty_lot l
        LEFT JOIN loyalty_ledgerentry e ON e.id = l.entry_id
        LEFT JOIN members_member m ON m.id = e.member_id
        WHERE e.points IS DISTINCT FROM l.earned_points
           -- After a merge the lot is the survivor's; the entry stays where it was made.
           OR coalesce(m.merged_into_id, m.id) IS DISTINCT FROM l.member_id""",
    "what is held is what open holds keep, of the account and of each lot": """
        SELECT 'account ' || a.member_id, a.held_points, coalesce(h.points, 0)
        FROM loyalty_account a
        LEFT JOIN (
            SELECT member_id, sum(points) AS points FROM loyalty_hold
            WHERE state = 'OPEN' GROUP BY member_id
        ) h USING (member_id)
        WHERE a.held_points <> coalesce(h.points, 0)
        UNION ALL
        SELECT 'lot ' || l.id, l.held_points, coalesce(p.points, 0)
        FROM loyalty_lot l
        LEFT JOIN (
            SELECT p.lot_id, sum(p.points) AS points
            FROM loyalty_holdpart p JOIN loyalty_hold h ON h.id = p.hold_id
            WHERE h.state = 'OPEN' GROUP BY p.lot_id
        ) p ON p.lot_id = l.id
        WHERE l.held_points <> coalesce(p.points, 0)
        UNION ALL
        SELECT 'hold ' || h.id, h.points, (
            SELECT coalesce(sum(points), 0) FROM loyalty_holdpart WHERE hold_id = h.id)
        FROM loyalty_hold h
        WHERE h.points <> (
            SELECT coalesce(sum(points), 0) FROM loyalty_holdpart WHERE hold_id = h.id)""",
    "a transfer took from one what the other got": """
        SELECT t.id, t.points, ARRAY[coalesce(e.out, 0), coalesce(e.came, 0)]
        FROM loyalty_transfer t
        LEFT JOIN (
            SELECT source_id, -sum(points) FILTER (WHERE kind = 'TRANSFER_OUT') AS out,
                   sum(points) FILTER (WHERE kind = 'TRANSFER_IN') AS came
            FROM loyalty_ledgerentry WHERE source_type = 'TRANSFER' GROUP BY source_id
        ) e ON e.source_id = t.id
        WHERE (t.points, t.points) <> (coalesce(e.out, 0), coalesce(e.came, 0))""",
    "a merge gave the survivor what the retired member held, and left nothing": """
        SELECT a.member_id, ARRAY[a.pending_points, a.active_points, a.debt_points],
               ARRAY[0, 0, 0]::bigint[]
        FROM loyalty_account a JOIN members_member m ON m.id = a.member_id
        -- An erased member's version is far below zero: their ledger stays as it was.
        WHERE (m.state = 'MERGED' OR a.version BETWEEN -1000000000000000 + 1 AND -1)
          AND (a.pending_points, a.active_points, a.held_points, a.debt_points)
              <> (0, 0, 0, 0)
        UNION ALL
        SELECT min(e.member_id),
               ARRAY[sum(pending_change), sum(active_change), sum(debt_change)]::bigint[],
               ARRAY[0, 0, 0]::bigint[]
        FROM loyalty_ledgerentry e
        WHERE e.source_type = 'MERGE' AND e.kind IN ('TRANSFER_OUT', 'TRANSFER_IN')
        GROUP BY split_part(e.key, ':', 2)
        HAVING (sum(pending_change), sum(active_change), sum(debt_change)) <> (0, 0, 0)""",
    "an entry's movements sum to what it moved": """
        SELECT e.id, e.points, coalesce(m.points, 0)
        FROM loyalty_ledgerentry e
        LEFT JOIN (
            SELECT entry_id, sum(points) AS points FROM loyalty_lotmovement GROUP BY entry_id
        ) m ON m.entry_id = e.id
        WHERE (e.kind IN ('REDEEM', 'RESTORE', 'EXPIRE', 'CLAWBACK', 'REPAY')
               OR (e.kind = 'ADJUST' AND e.points < 0)
               -- A merge moves whole lots: no movement tells.
               OR (e.kind = 'TRANSFER_OUT' AND e.source_type = 'TRANSFER'))
          AND e.pending_change + e.active_change <> coalesce(m.points, 0)""",
    "each entry follows from the one before it": """
        SELECT id, ARRAY[pending_after, active_after, debt_after],
               ARRAY[pending_before + pending_change, active_before + active_change,
                     debt_before + debt_change]
        FROM (
            SELECT e.*,
                   coalesce(lag(pending_after) OVER w, 0) AS pending_before,
                   coalesce(lag(active_after) OVER w, 0) AS active_before,
                   coalesce(lag(debt_after) OVER w, 0) AS debt_before
            FROM loyalty_ledgerentry e WINDOW w AS (PARTITION BY member_id ORDER BY id)
        ) chain
        WHERE (pending_after, active_after, debt_after)
              <> (pending_before + pending_change, active_before + active_change,
                  debt_before + debt_change)""",
    "lifetime sums are those of the entries": """
        SELECT a.member_id, ARRAY[a.earned_points, a.redeemed_points, a.expired_points],
               ARRAY[coalesce(e.earned, 0), coalesce(e.redeemed, 0), coalesce(e.expired, 0)]
        FROM loyalty_account a
        LEFT JOIN (
            -- Those of a member who was merged count with the survivor.
            SELECT coalesce(m.merged_into_id, m.id) AS member_id,
                   coalesce(sum(points) FILTER (WHERE kind = 'EARN'), 0) AS earned,
                   coalesce(-sum(points) FILTER (WHERE kind IN ('REDEEM', 'RESTORE')), 0)
                       AS redeemed,
                   coalesce(-sum(points) FILTER (WHERE kind = 'EXPIRE'), 0) AS expired
            FROM loyalty_ledgerentry x JOIN members_member m ON m.id = x.member_id GROUP BY 1
        ) e USING (member_id)
        WHERE (a.earned_points, a.redeemed_points, a.expired_points)
              <> (coalesce(e.earned, 0), coalesce(e.redeemed, 0), coalesce(e.expired, 0))""",
    "an order earned what its lines, bonuses and entries say": """
        SELECT o.id, o.earned_points, ARRAY[coalesce(l.points, 0), coalesce(e.points, 0)]
        FROM loyalty_order o
        LEFT JOIN (
            SELECT order_id, sum(earned_points) AS points
            FROM (SELECT order_id, earned_points FROM loyalty_orderline
                  UNION ALL SELECT order_id, points FROM loyalty_orderbonus) p
            GROUP BY order_id
        ) l ON l.order_id = o.id
        LEFT JOIN (
            SELECT source_id, sum(points) AS points FROM loyalty_ledgerentry
            WHERE kind = 'EARN' AND source_type = 'ORDER' GROUP BY source_id
        ) e ON e.source_id = o.id
        WHERE o.earned_points <> coalesce(l.points, 0)
           OR o.earned_points <> coalesce(e.points, 0)""",
    "an order was refunded what its refunds say": """
        SELECT o.id, ARRAY[o.refunded_amount, o.refunded_money_amount, o.restored_points],
               ARRAY[coalesce(r.value, 0), coalesce(r.money, 0), coalesce(r.restored, 0)]
        FROM loyalty_order o
        LEFT JOIN (
            SELECT order_id, sum(value_amount) AS value, sum(money_amount) AS money,
                   sum(restored_points) AS restored
            FROM loyalty_refund WHERE state = 'APPLIED' GROUP BY order_id
        ) r ON r.order_id = o.id
        WHERE (o.refunded_amount, o.refunded_money_amount, o.restored_points)
              <> (coalesce(r.value, 0), coalesce(r.money, 0), coalesce(r.restored, 0))""",
    "every row hangs on a member, an order and a product that exist": """
        SELECT 'order ' || o.id, o.member_id, NULL FROM loyalty_order o
        WHERE o.member_id IS NOT NULL
          AND NOT EXISTS (SELECT FROM members_member m WHERE m.id = o.member_id)
        UNION ALL
        SELECT 'line ' || l.id, l.order_id, l.product_id FROM loyalty_orderline l
        WHERE NOT EXISTS (SELECT FROM loyalty_order o WHERE o.id = l.order_id)
           OR NOT EXISTS (SELECT FROM loyalty_product p WHERE p.id = l.product_id)
        UNION ALL
        SELECT 'entry ' || e.id, e.member_id, NULL FROM loyalty_ledgerentry e
        WHERE NOT EXISTS (SELECT FROM loyalty_account a WHERE a.member_id = e.member_id)""",
    "the tier window holds the orders and behaviors that lie in it": """
        SELECT a.member_id,
               ARRAY[a.window_spend_amount, a.window_orders_count, a.window_qualifying_points],
               ARRAY[coalesce(o.spend, 0), coalesce(o.orders, 0),
                     coalesce(o.qualifying, 0) + coalesce(b.qualifying, 0)]
        FROM loyalty_account a
        LEFT JOIN LATERAL (
            SELECT sum(net_amount - refunded_amount + refunded_shipping_amount) AS spend,
                   count(*) FILTER (
                       WHERE net_amount - refunded_amount + refunded_shipping_amount > 0
                   ) AS orders,
                   sum(qualifying_points - returned_qualifying_points) AS qualifying
            FROM loyalty_order o
            WHERE o.member_id = a.member_id AND o.business_date >= a.window_from_on
        ) o ON true
        LEFT JOIN LATERAL (
            -- Awards are append-only: those of a merged member stay with the retired id.
            SELECT sum(w.qualifying_points) AS qualifying
            FROM (SELECT a.member_id AS id UNION ALL
                  SELECT m.id FROM members_member m WHERE m.merged_into_id = a.member_id) who
            JOIN loyalty_behavioraward w ON w.member_id = who.id
                AND w.business_date >= a.window_from_on AND w.qualifying_points <> 0
        ) b ON true
        WHERE a.window_from_on IS NOT NULL
          AND (a.window_spend_amount, a.window_orders_count, a.window_qualifying_points)
              <> (coalesce(o.spend, 0), coalesce(o.orders, 0),
                  coalesce(o.qualifying, 0) + coalesce(b.qualifying, 0))""",
    **coupon_checks.CHECKS,
    **redemption_checks.CHECKS,
}


def findings() -> list[Finding]:
    """What is wrong; empty when the ledger is sound. Reads everything: minutes on millions."""
    found = []
    for check, query in _CHECKS.items():
        with connection.cursor() as cursor:
            # The queries are constants above, nothing from outside.
            cursor.execute(f"SELECT count(*) FROM ({query}) wrong")  # noqa: S608
            count = int(cursor.fetchone()[0])
            if count:
                cursor.execute(f"{query} LIMIT {EXAMPLES}")
                found.append(Finding(check, count, tuple(cursor.fetchall())))
    return found


def checks() -> tuple[str, ...]:
    """What is checked, in words."""
    return tuple(_CHECKS)
