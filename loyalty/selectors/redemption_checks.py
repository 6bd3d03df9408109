"""Counts stock, limits and points of redemptions anew, and compares. For `verify_ledger`.

Each query gives the rows that are wrong: (what, is, should be).
"""

from collections.abc import Mapping

CHECKS: Mapping[str, str] = {
    "stock left and redemptions that stand are what the reward may have": """
        SELECT r.code, coalesce(p.rest, 0) + coalesce(d.n, 0), r.stock_count
        FROM loyalty_reward r
        LEFT JOIN (SELECT key, sum("left")::bigint AS rest FROM loyalty_pool GROUP BY key) p
            ON p.key = 'reward:' || r.id || ':count'
        LEFT JOIN (
            SELECT reward_id, sum(quantity)::bigint AS n FROM loyalty_redemption
            WHERE state IN ('REQUESTED', 'READY', 'FULFILLED') GROUP BY reward_id
        ) d ON d.reward_id = r.id
        WHERE r.state <> 'DRAFT' AND CASE WHEN r.stock_count IS NULL THEN p.rest IS NOT NULL
              ELSE p.rest IS NULL OR p.rest + coalesce(d.n, 0) <> r.stock_count END""",
    "whoever has redeemed has used so many of their limit": """
        SELECT coalesce(u.key || ' ' || u.holder, d.limit_key || ' member:' || d.member_id),
               coalesce(u.used, 0), coalesce(d.n, 0)
        FROM (
            SELECT limit_key, member_id, sum(quantity)::bigint AS n FROM loyalty_redemption
            WHERE state IN ('REQUESTED', 'READY', 'FULFILLED') GROUP BY limit_key, member_id
        ) d
        FULL JOIN (
            SELECT key, holder, used FROM loyalty_pooluse WHERE key LIKE 'reward:%'
        ) u ON u.key = d.limit_key AND u.holder = 'member:' || d.member_id
        WHERE coalesce(u.used, 0) <> coalesce(d.n, 0)""",
    "a redemption spent its points once it was paid, and gave back what it says": """
        SELECT d.id, ARRAY[coalesce(e.spent, 0), coalesce(e.back, 0)],
               ARRAY[CASE WHEN d.ready_at IS NULL THEN 0 ELSE d.points END, d.returned_points]
        FROM loyalty_redemption d
        FULL JOIN (
            SELECT source_id, sum(-points) FILTER (WHERE kind = 'REDEEM') AS spent,
                   sum(points) FILTER (WHERE kind = 'RESTORE') AS back
            FROM loyalty_ledgerentry WHERE source_type = 'REDEMPTION' GROUP BY source_id
        ) e ON e.source_id = d.id
        WHERE d.id IS NULL
           OR coalesce(e.spent, 0) <> CASE WHEN d.ready_at IS NULL THEN 0 ELSE d.points END
           OR coalesce(e.back, 0) <> d.returned_points
           OR (d.state = 'CANCELED' AND d.ready_at IS NOT NULL AND d.returned_points <> d.points)
           OR (d.state = 'FULFILLED' AND d.ready_at IS NULL)""",
    "an unpaid redemption holds its points, and no other one does": """
        SELECT d.id, d.state, h.state
        FROM loyalty_redemption d LEFT JOIN loyalty_hold h ON h.id = d.hold_id
        WHERE d.hold_id IS NOT NULL AND (
            h.id IS NULL OR h.points <> d.points
            OR (h.state = 'OPEN' AND d.state <> 'REQUESTED')
            OR (h.state = 'CAPTURED') <> (d.ready_at IS NOT NULL))""",
    "a redemption is where its last step led": """
        SELECT d.id, d.state, m.to_state
        FROM loyalty_redemption d
        LEFT JOIN LATERAL (
            SELECT to_state FROM loyalty_redemptionmove x WHERE x.redemption_id = d.id
            ORDER BY x.id DESC LIMIT 1
        ) m ON true
        WHERE m.to_state IS DISTINCT FROM d.state""",
    "a coupon of a reward is that redemption's alone": """
        SELECT c.value, count(*), 1
        FROM loyalty_redemption d, jsonb_array_elements_text(d.coupon_ids) c
        GROUP BY c.value HAVING count(*) <> 1""",
}
