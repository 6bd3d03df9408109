"""What a load leaves behind, as sums that two databases can be compared by.

Ids, keys and the time of recording differ from run to run; whose order it was is told by the
number of the member's first receipt.
"""

from django.db import connection, transaction

_MEMBER = "SELECT member_id, min(external_id) AS name FROM loyalty_order GROUP BY member_id"
_TABLES = {
    "orders": """
        SELECT o.external_id, m.name, c.code, s.code, o.occurred_at, o.business_date,
               o.gross_amount, o.net_amount, o.money_amount, o.points_amount, o.eligible_amount,
               o.earned_points, o.spent_points, o.refunded_amount, o.trace->>'tier'
          FROM loyalty_order o JOIN members m USING (member_id)
          JOIN members_channel c ON c.id = o.channel_id JOIN members_store s ON s.id = o.store_id
    """,
    "lines": """
        SELECT o.external_id, l.number, p.sku, l.quantity, l.unit_price_amount,
               l.discount_amount, l.net_amount, l.earned_points, l.refunded_amount
          FROM loyalty_orderline l JOIN loyalty_order o ON o.id = l.order_id
          JOIN loyalty_product p ON p.id = l.product_id
    """,
    "entries": """
        SELECT m.name, o.external_id, e.kind, e.points, e.pending_after, e.active_after,
               e.debt_after, e.reason, e.occurred_at
          FROM loyalty_ledgerentry e JOIN members m USING (member_id)
          LEFT JOIN loyalty_order o ON e.source_type = 'ORDER' AND o.id = e.source_id
    """,
    "lots": """
        SELECT o.external_id, t.earned_points, t.remaining_points, t.expired_points,
               t.clawed_points, t.is_pending, t.activates_at, t.expires_at
          FROM loyalty_lot t LEFT JOIN loyalty_order o ON o.id = t.order_id
    """,
    "accounts": """
        SELECT m.name, a.pending_points, a.active_points, a.debt_points, a.earned_points,
               a.redeemed_points, t.code, a.tier_since_at, a.tier_until_at,
               a.window_spend_amount, a.window_orders_count, a.orders_count, a.last_order_at
          FROM loyalty_account a JOIN members m USING (member_id)
          JOIN loyalty_tier t ON t.id = a.tier_id
    """,
    "tier changes": """
        SELECT m.name, t.code, c.reason, c.occurred_at
          FROM loyalty_tierchange c JOIN members m USING (member_id)
          JOIN loyalty_tier t ON t.id = c.to_tier_id
    """,
    "events": """
        SELECT m.name, e.type, e.occurred_at, e.payload->>'points'
          FROM members_event e JOIN members m USING (member_id)
    """,
    "coupons": """
        SELECT m.name, t.code, c.state, c.key, c.claimed_at, c.expires_at, c.redeemed_at,
               o.external_id, c.discount_amount
          FROM loyalty_coupon c JOIN members m USING (member_id)
          JOIN loyalty_coupontype t ON t.id = c.type_id
          LEFT JOIN loyalty_order o ON o.id = c.order_id
    """,
    "members": """
        SELECT m.name, p.joined_at, p.language, p.gender, s.code
          FROM members_member p JOIN members m ON m.member_id = p.id
          JOIN members_store s ON s.id = p.store_id
    """,
}


def checksums() -> dict[str, tuple[int, str]]:
    """Rows and a digest over them, by table, whatever the order in which they were written."""
    return {name: _checksum(query) for name, query in _TABLES.items()}


def _checksum(query: str) -> tuple[int, str]:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL TIME ZONE 'UTC'")
        # A plan for the empty tables of a moment ago would never end.
        cursor.execute("SET LOCAL enable_nestloop = off")
        cursor.execute(
            f"WITH members AS ({_MEMBER}), rows AS (SELECT q::text AS row FROM ({query}) q)"
            " SELECT count(*), coalesce(md5(string_agg(md5(row), '' ORDER BY row COLLATE \"C\")),"
            " '') FROM rows"
        )
        count, digest = cursor.fetchone()
    return int(count), str(digest)
