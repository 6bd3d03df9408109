"""Whether the year's coupons arrived: asked of our own tables, beside what the files hold."""

from config.demo.verification import Check, row

# Counted on the files themselves. Campaign 24 gave coupons that nobody redeemed.
EXPECTED = {
    "campaigns": 27,
    "coupon types": 1_197,
    "coupons redeemed": 2_102,
    "campaigns redeemed from": 26,
    "coupon types redeemed": 557,
    "members who redeemed": 410,
    "redeemed with their order": 1_830,
    "taken off by coupons": 114_478,
}

_TYPES = """
SELECT count(DISTINCT split_part(code, '-', 2)), count(*)
  FROM loyalty_coupontype WHERE code LIKE %s
"""
_REDEEMED = """
SELECT count(*), count(DISTINCT split_part(t.code, '-', 2)), count(DISTINCT t.id),
       count(DISTINCT c.member_id), count(c.order_id), coalesce(sum(c.discount_amount), 0)
  FROM loyalty_coupon c JOIN loyalty_coupontype t ON t.id = c.type_id
 WHERE c.redeemed_source = %s AND c.state = 'REDEEMED'
"""
_TOLD = """
SELECT count(*) FROM members_event e
  JOIN loyalty_coupon c ON c.member_id = e.member_id AND c.uid::text = e.payload->>'coupon'
 WHERE e.type = 'loyalty.coupon.redeemed' AND c.redeemed_source = %s
   AND e.occurred_at = c.redeemed_at
"""
# An order that a coupon is linked to is its holder's, of that day, and has one of its products:
# nothing of it reads how the link was made.
_STRANGE = """
WITH linked AS MATERIALIZED (
    SELECT c.id, c.type_id, c.member_id, c.redeemed_at,
           o.id AS order_id, o.member_id AS buyer_id, o.business_date
      FROM loyalty_coupon c JOIN loyalty_order o ON o.id = c.order_id
     WHERE c.redeemed_source = %s
), scopes AS MATERIALIZED (
    SELECT DISTINCT t.id, sku #>> '{}' AS sku
      FROM loyalty_coupontype t
     CROSS JOIN LATERAL jsonb_path_query(t.condition, '$.**.value[*]') AS sku
     WHERE t.id IN (SELECT type_id FROM linked)
), right_ones AS (
    SELECT k.id FROM linked k
      JOIN loyalty_orderline l ON l.order_id = k.order_id
      JOIN loyalty_product u ON u.id = l.product_id
      JOIN scopes s ON s.id = k.type_id AND s.sku = u.sku
)
SELECT count(*) FROM linked k JOIN loyalty_program p ON p.is_current
 WHERE k.buyer_id IS DISTINCT FROM k.member_id
    OR k.business_date <> (k.redeemed_at AT TIME ZONE p.time_zone)::date
    OR k.id NOT IN (SELECT id FROM right_ones)
"""


def checks(*, source: str, is_whole: bool) -> list[Check]:
    """The totals, compared when the `whole` year was loaded; that each redemption is in its
    member's timeline and on an order where it belongs, always."""
    campaigns, types = row(_TYPES, "cj-%")
    redeemed, used_campaigns, used_types, members, linked, amount = row(_REDEEMED, source)
    (told,), (strange,) = row(_TOLD, source), row(_STRANGE, source)
    found = {
        "campaigns": campaigns,
        "coupon types": types,
        "coupons redeemed": redeemed,
        "campaigns redeemed from": used_campaigns,
        "coupon types redeemed": used_types,
        "members who redeemed": members,
        "redeemed with their order": linked,
        "taken off by coupons": amount,
    }
    totals = [Check(name, found[name], EXPECTED[name] if is_whole else None) for name in found]
    return [
        *totals,
        Check("redemptions in timelines", told, redeemed),
        Check("coupons on a strange order", strange, 0),
    ]
