"""Counts stock, budgets and uses of coupon types anew, and compares. For `verify_ledger`.

Each query gives the rows that are wrong: (what, is, should be).
"""

from collections.abc import Mapping

CHECKS: Mapping[str, str] = {
    "stock left and coupons that count are what the type may have": """
        SELECT t.code, coalesce(p.rest, 0) + coalesce(c.n, 0), t.stock_count
        FROM loyalty_coupontype t
        LEFT JOIN (SELECT key, sum("left")::bigint AS rest FROM loyalty_pool GROUP BY key) p
            ON p.key = 'coupon:' || t.id || ':count'
        LEFT JOIN (
            -- Honored late beyond the stock: it counts no more.
            SELECT type_id, count(*) FILTER (
                WHERE state NOT IN ('EXPIRED', 'VOID') AND end_reason <> 'late') AS n
            FROM loyalty_coupon GROUP BY type_id
        ) c ON c.type_id = t.id
        WHERE t.state <> 'DRAFT' AND CASE WHEN t.stock_count IS NULL THEN p.rest IS NOT NULL
              ELSE p.rest IS NULL OR p.rest + coalesce(c.n, 0) <> t.stock_count END""",
    "budget left and what coupons keep of it are what the type may cost": """
        SELECT t.code, coalesce(p.rest, 0) + coalesce(c.kept, 0), t.budget_amount
        FROM loyalty_coupontype t
        LEFT JOIN (SELECT key, sum("left")::bigint AS rest FROM loyalty_pool GROUP BY key) p
            ON p.key = 'coupon:' || t.id || ':amount'
        LEFT JOIN (
            SELECT type_id, sum(reserved_amount)::bigint AS kept FROM loyalty_coupon
            GROUP BY type_id
        ) c ON c.type_id = t.id
        WHERE t.state <> 'DRAFT' AND CASE WHEN t.budget_amount IS NULL THEN p.rest IS NOT NULL
              ELSE p.rest IS NULL OR p.rest + coalesce(c.kept, 0) <> t.budget_amount END""",
    "whoever has had coupons of a type has used so many": """
        SELECT coalesce(u.key || ' ' || u.holder, 'coupon:' || c.type_id || ' ' || c.holder),
               coalesce(u.used, 0), coalesce(c.n, 0)
        FROM (
            SELECT 'coupon:' || type_id AS key, type_id, holder, count(*) AS n
            FROM loyalty_coupon
            -- What the shop called back counts no more; what was given on still does.
            WHERE holder <> '' AND (state <> 'VOID' OR replaced_by_id IS NOT NULL)
            GROUP BY type_id, holder
        ) c
        FULL JOIN (
            SELECT key, holder, used FROM loyalty_pooluse WHERE key ~ '^coupon:[0-9]+$'
        ) u ON u.key = c.key AND u.holder = c.holder
        WHERE coalesce(u.used, 0) <> coalesce(c.n, 0)""",
    "a coupon is where its last step led": """
        SELECT c.code, c.state, m.to_state
        FROM loyalty_coupon c
        LEFT JOIN LATERAL (
            SELECT to_state FROM loyalty_couponmove WHERE coupon_id = c.id
            ORDER BY id DESC LIMIT 1
        ) m ON true
        WHERE c.state IS DISTINCT FROM m.to_state""",
    "a coupon is used at most once between two returns": """
        SELECT coupon_id::text, used, returned
        FROM (
            SELECT coupon_id, count(*) FILTER (WHERE to_state = 'REDEEMED') AS used,
                   count(*) FILTER (WHERE from_state = 'REDEEMED') AS returned
            FROM loyalty_couponmove GROUP BY coupon_id
        ) m
        WHERE used - returned NOT IN (0, 1)""",
}
