"""The way of each member through a campaign, as SQL: how far, and why no further.

One pass over the enrollments and messages of one campaign, whatever is asked of it; a way is one
number, `place * 100 + reason`, so that the farthest one of a member is a `max`. The meaning of each
case is told in docs/algorithms/effects.md, in the same order.
"""

# A member in two arms, by a merge, counts as one who was written to: above every control.
NOT_CONTROL = 10_000_000
PLACE_UNIT, CODE_UNIT = 100, 100
SENT, DELIVERED, OPENED, CLAIMED, REDEEMED = 200, 300, 400, 500, 600


def _number(reason: str) -> str:
    """The number of a reason; 0 of one that nobody named."""
    return f"coalesce(array_position(%(reasons)s::text[], ({reason})::text), 0)"


_OF_MESSAGE = _number("""CASE d.state
    WHEN 'SKIPPED' THEN d.reason WHEN 'FAILED' THEN d.reason
    WHEN 'QUEUED' THEN 'queued' WHEN 'CLAIMED' THEN 'queued'
    WHEN 'EXPIRED' THEN 'expired' WHEN 'KILLED' THEN 'killed'
    WHEN 'UNKNOWN' THEN 'unknown' WHEN 'GHOST' THEN 'ghost' WHEN 'BOUNCED' THEN 'bounced'
    WHEN 'SENT' THEN CASE d.medium WHEN 'INBOX' THEN 'not_opened' ELSE 'no_report' END
    ELSE 'not_opened' END""")
_WITHOUT_MESSAGE = _number("""CASE s.state WHEN 'EXITED' THEN s.reason
    WHEN 'DONE' THEN 'no_message' ELSE 'on_the_way' END""")

SCOPED = """
scoped AS MATERIALIZED (
    SELECT e.id, e.member_id, e.version_id, e.state, e.reason, e.arm, e.converted_at, e.entered_at,
           e.entered_at + make_interval(days => %(goal_days)s) AS until_at
      FROM campaigns_enrollment e {joined}
     WHERE e.campaign_id = %(campaign)s {narrowed}
)"""

# Opening tells that it was delivered, whatever the provider said or didn't.
MESSAGES = f"""
messages AS (
    SELECT d.enrollment_id AS id, max(CASE
        WHEN d.opened_at IS NOT NULL OR d.clicked_at IS NOT NULL THEN {OPENED}
        WHEN d.state = 'DELIVERED' OR d.state = 'SENT' AND d.medium = 'INBOX' THEN {DELIVERED}
        WHEN d.state IN ('SENT', 'BOUNCED') THEN {SENT}
        WHEN d.state = 'SKIPPED' THEN 0
        ELSE 100 END + {_OF_MESSAGE}) AS code
      FROM scoped s JOIN campaigns_delivery d ON d.enrollment_id = s.id
     WHERE d.campaign_id = %(campaign)s {{by_medium}}
     GROUP BY d.enrollment_id
)"""  # noqa: S608

# What steps of the journey gave, by the promise's key.
GIFTS = """
gifts AS (
    SELECT s.id, bool_or(c.claimed_at IS NOT NULL) AS is_claimed,
           bool_or(c.state = 'REDEEMED') AS is_redeemed,
           bool_or(c.state IN ('ISSUED', 'CLAIMED', 'LOCKED')
                   AND (c.expires_at IS NULL OR c.expires_at > %(at)s)) AS is_open
      FROM scoped s
     CROSS JOIN unnest(%(gift_steps)s::text[]) AS step
      JOIN loyalty_prizegrant g ON g.key = 'campaign:' || s.id || ':' || step
     CROSS JOIN LATERAL jsonb_array_elements_text(g.made -> 'coupons') AS made(coupon_id)
      JOIN loyalty_coupon c ON c.id = made.coupon_id::bigint
     GROUP BY s.id
)"""

# What was brought in: by type, since nobody knows whose coupon was which campaign's letter.
GIFTS_BY_TYPE = """
gifts AS (
    SELECT s.id, true AS is_claimed, true AS is_redeemed, false AS is_open
      FROM scoped s
      JOIN loyalty_coupon c ON c.member_id = s.member_id AND c.state = 'REDEEMED'
           AND c.redeemed_at >= s.entered_at
     WHERE c.type_id IN (
        SELECT p.coupon_type_id FROM campaigns_campaignprize p
          JOIN campaigns_campaignversion v ON v.id = p.version_id
         WHERE v.campaign_id = %(campaign)s AND p.what = 'COUPON')
     GROUP BY s.id
)"""

NO_MESSAGES = "messages AS (SELECT NULL::bigint AS id, NULL::integer AS code WHERE false)"
NO_GIFTS = """
gifts AS (
    SELECT NULL::bigint AS id, false AS is_claimed, false AS is_redeemed, false AS is_open
     WHERE false
)"""

WAYS = f"""
entered AS (
    SELECT s.id, s.member_id, s.arm, s.entered_at, s.until_at, s.converted_at, CASE
        WHEN s.state = 'FROZEN' THEN {_number("'not_looked_at'")}
        WHEN s.state = 'WATCHING' THEN {_number("'watching'")}
        WHEN s.state = 'EXCLUDED' THEN {_number("s.reason")}
        WHEN NOT %(has_messages)s THEN {OPENED}
        WHEN m.code IS NOT NULL THEN m.code
        ELSE 100 + {_WITHOUT_MESSAGE} END AS code
      FROM scoped s LEFT JOIN messages m ON m.id = s.id
), ways AS (
    SELECT e.*, coalesce(g.is_redeemed, false) AS is_redeemed, CASE
        WHEN e.code < {OPENED} THEN e.code
        WHEN NOT %(has_gifts)s OR g.is_redeemed THEN {REDEEMED}
        WHEN g.is_claimed AND g.is_open
            THEN {CLAIMED} + {_number("'not_redeemed'")}
        WHEN g.is_claimed THEN {CLAIMED} + {_number("'coupon_over'")}
        WHEN g.id IS NOT NULL THEN {OPENED} + {_number("'not_claimed'")}
        ELSE {OPENED} + {_number("%(no_gift)s")} END AS way
      FROM entered e LEFT JOIN gifts g ON g.id = e.id
)"""  # noqa: S608

PEOPLE = f"""
people AS MATERIALIZED (
    SELECT w.member_id, bool_or(w.is_redeemed AND w.arm <> 'control') AS has_redeemed,
           bool_or(w.converted_at IS NOT NULL) AS has_converted,
           max(CASE w.arm WHEN 'control' THEN 0 ELSE {NOT_CONTROL} END + w.way * {CODE_UNIT}
               + coalesce(array_position(%(arms)s::text[], w.arm::text), 0)) AS top
      FROM ways w
     GROUP BY w.member_id
)"""  # noqa: S608

# Each order once, however often its member came in.
ORDERS = """
orders AS (
    SELECT o.id, o.member_id, p.top,
           o.net_amount - o.refunded_amount + o.refunded_shipping_amount AS net_amount
      FROM ways w
      JOIN people p ON p.member_id = w.member_id
      JOIN loyalty_order o ON o.member_id = w.member_id
           AND o.business_date BETWEEN %(first_on)s AND %(last_on)s
           AND o.occurred_at >= w.entered_at AND o.occurred_at < w.until_at
     GROUP BY o.id, p.top
)"""

ANSWER = """
SELECT 'people', top, has_redeemed, has_converted, count(*), 0, 0 FROM people
 GROUP BY top, has_redeemed, has_converted
UNION ALL
SELECT 'orders', top, NULL, NULL, count(DISTINCT member_id) FILTER (WHERE net_amount > 0),
       count(*) FILTER (WHERE net_amount > 0), coalesce(sum(net_amount), 0)
  FROM orders GROUP BY top
"""

# The touch that an order belongs to is the last one before it, of whatever campaign.
ATTRIBUTED = """
, touched AS (
    SELECT o.id, o.member_id, d.sent_at, d.id AS delivery_id,
           o.net_amount - o.refunded_amount + o.refunded_shipping_amount AS net_amount
      FROM scoped s
      JOIN campaigns_delivery d ON d.enrollment_id = s.id AND d.campaign_id = %(campaign)s
           AND d.sent_at IS NOT NULL AND d.state IN ('SENT', 'DELIVERED') {by_medium}
      JOIN loyalty_order o ON o.member_id = s.member_id
           AND o.business_date BETWEEN %(first_on)s AND %(attributed_last_on)s
           AND o.occurred_at >= d.sent_at
           AND o.occurred_at < d.sent_at + make_interval(days => %(attribution_days)s)
     WHERE o.net_amount - o.refunded_amount + o.refunded_shipping_amount > 0
), last_touches AS (
    SELECT DISTINCT ON (id) * FROM touched ORDER BY id, sent_at DESC, delivery_id DESC
)
SELECT count(*), count(DISTINCT t.member_id), coalesce(sum(t.net_amount), 0)
  FROM last_touches t JOIN loyalty_order o ON o.id = t.id
 WHERE NOT EXISTS (
    SELECT FROM campaigns_delivery d
     WHERE d.member_id = t.member_id AND d.state IN ('SENT', 'DELIVERED')
       AND d.campaign_id <> %(campaign)s
       AND (d.sent_at, d.id) > (t.sent_at, t.delivery_id) AND d.sent_at <= o.occurred_at)
"""

# What became of each message, by channel: here messages are counted, not members.
BY_MEDIUM = """
SELECT d.medium, count(*) FILTER (WHERE d.state <> 'GHOST'),
       count(*) FILTER (WHERE d.state IN ('SENT', 'DELIVERED', 'BOUNCED')),
       count(*) FILTER (WHERE d.state = 'DELIVERED' OR d.opened_at IS NOT NULL
                        OR d.clicked_at IS NOT NULL OR d.state = 'SENT' AND d.medium = 'INBOX'),
       count(*) FILTER (WHERE d.opened_at IS NOT NULL OR d.clicked_at IS NOT NULL),
       count(*) FILTER (WHERE d.clicked_at IS NOT NULL),
       coalesce(sum(d.cost_amount) FILTER (
           WHERE d.state IN ('CLAIMED', 'SENT', 'DELIVERED', 'BOUNCED', 'UNKNOWN')), 0)
  FROM scoped s JOIN campaigns_delivery d ON d.enrollment_id = s.id
 WHERE d.campaign_id = %(campaign)s {by_medium}
 GROUP BY d.medium ORDER BY d.medium
"""

COUPONS = """
SELECT c.type_id, count(*), count(*) FILTER (WHERE c.state = 'REDEEMED'),
       coalesce(sum(c.discount_amount) FILTER (WHERE c.state = 'REDEEMED'), 0),
       count(*) FILTER (WHERE c.state IN ('ISSUED', 'CLAIMED', 'LOCKED')
                        AND (c.expires_at IS NULL OR c.expires_at > %(at)s))
  FROM scoped s
 CROSS JOIN unnest(%(gift_steps)s::text[]) AS step
  JOIN loyalty_prizegrant g ON g.key = 'campaign:' || s.id || ':' || step
 CROSS JOIN LATERAL jsonb_array_elements_text(g.made -> 'coupons') AS made(coupon_id)
  JOIN loyalty_coupon c ON c.id = made.coupon_id::bigint
 GROUP BY c.type_id
"""

COUPONS_BY_TYPE = """
SELECT c.type_id, count(*), count(*), coalesce(sum(c.discount_amount), 0), 0
  FROM (SELECT member_id, min(entered_at) AS entered_at FROM scoped GROUP BY member_id) s
  JOIN loyalty_coupon c ON c.member_id = s.member_id AND c.state = 'REDEEMED'
       AND c.redeemed_at >= s.entered_at
 WHERE c.type_id IN (
    SELECT p.coupon_type_id FROM campaigns_campaignprize p
      JOIN campaigns_campaignversion v ON v.id = p.version_id
     WHERE v.campaign_id = %(campaign)s AND p.what = 'COUPON')
 GROUP BY c.type_id
"""

# Points of a gift are a lot of their own: what is left of it is what they may still cost.
POINTS = """
SELECT coalesce(sum(g.points), 0), coalesce(sum(l.remaining_points) FILTER (
           WHERE l.expires_at IS NULL OR l.expires_at > %(at)s), 0)
  FROM scoped s
 CROSS JOIN unnest(%(point_steps)s::text[]) AS step
  JOIN loyalty_prizegrant g ON g.key = 'campaign:' || s.id || ':' || step AND g.state = 'GIVEN'
  LEFT JOIN loyalty_ledgerentry y ON y.key = 'prize:' || g.id || ':earn'
  LEFT JOIN loyalty_lotmovement v ON v.entry_id = y.id
  LEFT JOIN loyalty_lot l ON l.id = v.lot_id
"""
