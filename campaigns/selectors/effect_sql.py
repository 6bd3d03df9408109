"""The way of each member through a campaign, as SQL: how far, why no further, and what they bought.

One statement reads enrollments, messages, gifts and orders once each, whatever is asked of it; a
way is one number, `place * 100 + reason`, so that the farthest one of a member is a `max`. The
meaning of each case is told in docs/algorithms/effects.md, in the same order.
"""

from campaigns.rules.effects import REASONS

# A member in two arms, by a merge, counts as one who was written to: above every control.
NOT_CONTROL = 10_000_000
PLACE_UNIT, CODE_UNIT = 100, 100
SENT, DELIVERED, OPENED, CLAIMED, REDEEMED = 200, 300, 400, 500, 600

# A reason that no row says is a number already: to look up a million of them takes seconds.
_NUMBERS = {reason: number for number, reason in enumerate(REASONS, 1)}


def _looked_up(column: str) -> str:
    """The number of the reason in `column`; 0 of one that nobody named."""
    return f"coalesce(array_position(%(reasons)s::text[], {column}::text), 0)"


def _case(of: str, numbers: dict[str, str], otherwise: str) -> str:
    """`numbers` are reasons by the value of `of` that says them."""
    whens = " ".join(f"WHEN '{value}' THEN {_NUMBERS[why]}" for value, why in numbers.items())
    return f"CASE {of} {whens} ELSE {otherwise} END"


_OF_STATE = _case(
    "d.state",
    {
        "DELIVERED": "not_opened",
        "GHOST": "ghost",
        "BOUNCED": "bounced",
        "QUEUED": "queued",
        "CLAIMED": "queued",
        "EXPIRED": "expired",
        "KILLED": "killed",
        "UNKNOWN": "unknown",
    },
    f"""CASE WHEN d.state IN ('SKIPPED', 'FAILED') THEN {_looked_up("d.reason")}
        WHEN d.medium = 'INBOX' THEN {_NUMBERS["not_opened"]}
        ELSE {_NUMBERS["no_report"]} END""",
)

# `side` is the arm, and whether it is the control. `own` is where they stand without a message:
# under 100 where none decides. Days are 24 hours each, which a calendar needn't be asked for.
SCOPED = f"""
scoped AS MATERIALIZED (
    SELECT e.id, e.member_id, e.entered_at,
           e.entered_at + make_interval(hours => %(goal_hours)s) AS until_at,
           e.converted_at IS NOT NULL AS has_converted, {{side}} AS side,
           CASE e.state WHEN 'FROZEN' THEN {_NUMBERS["not_looked_at"]}
               WHEN 'WATCHING' THEN {_NUMBERS["watching"]}
               WHEN 'EXCLUDED' THEN {_looked_up("e.reason")}
               WHEN 'EXITED' THEN 100 + {_looked_up("e.reason")}
               WHEN 'DONE' THEN 100 + {_NUMBERS["no_message"]}
               ELSE 100 + {_NUMBERS["on_the_way"]} END AS own
      FROM campaigns_enrollment e {{joined}}
     WHERE e.campaign_id = %(campaign)s {{narrowed}}
)"""  # noqa: S608

# Which arms somebody was drawn into, and when they came in.
ARMS = """
SELECT e.arm, min(e.entered_at), max(e.entered_at)
  FROM campaigns_enrollment e {joined}
 WHERE e.campaign_id = %(campaign)s {narrowed}
 GROUP BY e.arm ORDER BY e.arm
"""

LAST_SENT = "SELECT max(sent_at) FROM campaigns_delivery WHERE campaign_id = %(campaign)s"

# Opening tells that it was delivered, whatever the provider said or didn't.
LETTERS = f"""
letters AS MATERIALIZED (
    SELECT d.id, d.enrollment_id, CASE
        WHEN d.opened_at IS NOT NULL OR d.clicked_at IS NOT NULL THEN {OPENED}
        WHEN d.state = 'DELIVERED' OR d.state = 'SENT' AND d.medium = 'INBOX' THEN {DELIVERED}
        WHEN d.state IN ('SENT', 'BOUNCED') THEN {SENT}
        WHEN d.state = 'SKIPPED' THEN 0
        ELSE 100 END + {_OF_STATE} AS code,
        CASE WHEN d.state IN ('SENT', 'DELIVERED') THEN d.sent_at END AS touched_at
      FROM campaigns_delivery d {{of_enrollments}}
     WHERE d.campaign_id = %(campaign)s AND d.enrollment_id IS NOT NULL {{by_medium}}
)"""  # noqa: S608

# What steps of the journey gave, by the promise's key. A coupon is one number of flags.
CLAIMED_FLAG, OPEN_FLAG, REDEEMED_FLAG = 1, 2, 4
_FLAGS = f"""CASE WHEN c.claimed_at IS NULL THEN 0 ELSE {CLAIMED_FLAG} END
        + CASE WHEN c.state = 'REDEEMED' THEN {REDEEMED_FLAG}
            WHEN c.state IN ('ISSUED', 'CLAIMED', 'LOCKED')
             AND (c.expires_at IS NULL OR c.expires_at > %(at)s) THEN {OPEN_FLAG} ELSE 0 END"""
GIVEN = f"""
given AS MATERIALIZED (
    SELECT s.id, c.type_id, c.replaced_by_id, c.discount_amount, {_FLAGS} AS flags
      FROM scoped s
     CROSS JOIN unnest(%(gift_steps)s::text[]) AS step
      JOIN loyalty_prizegrant g ON g.key = 'campaign:' || s.id || ':' || step
     CROSS JOIN generate_series(0, %(most_coupons)s - 1) AS number
      JOIN loyalty_coupon c ON c.id = (g.made -> 'coupons' ->> number)::bigint
)"""  # noqa: S608

# What was brought in: by type, since nobody knows whose coupon was which campaign's letter.
GIVEN_BY_TYPE = f"""
given AS MATERIALIZED (
    SELECT s.id, c.type_id, NULL::bigint AS replaced_by_id, c.discount_amount, {_FLAGS} AS flags
      FROM (SELECT DISTINCT ON (member_id) id, member_id, entered_at FROM scoped
             ORDER BY member_id, entered_at) s
      JOIN loyalty_coupon c ON c.member_id = s.member_id AND c.state = 'REDEEMED'
           AND c.redeemed_at >= s.entered_at
     WHERE c.type_id IN (
        SELECT p.coupon_type_id FROM campaigns_campaignprize p
          JOIN campaigns_campaignversion v ON v.id = p.version_id
         WHERE v.campaign_id = %(campaign)s AND p.what = 'COUPON')
)"""  # noqa: S608

# What is known of each enrollment from its messages and its gifts, in one go.
OF_LETTERS = "SELECT enrollment_id AS id, code, NULL::integer AS flags FROM letters"
OF_GIVEN = "SELECT id, NULL::integer, flags FROM given"
OF_NOTHING = "SELECT NULL::bigint AS id, NULL::integer AS code, NULL::integer AS flags WHERE false"
WAYS = f"""
signs AS (
    SELECT id, max(code) AS code, bit_or(flags) AS flags FROM ({{signs}}) AS sign GROUP BY id
), ways AS (
    SELECT s.member_id, s.side, s.has_converted, g.flags & {REDEEMED_FLAG} > 0 AS is_redeemed, CASE
        WHEN s.own < {PLACE_UNIT} OR %(has_messages)s AND g.code IS NULL THEN s.own
        WHEN %(has_messages)s AND g.code < {OPENED} THEN g.code
        WHEN NOT %(has_gifts)s OR g.flags & {REDEEMED_FLAG} > 0 THEN {REDEEMED}
        WHEN g.flags & {CLAIMED_FLAG + OPEN_FLAG} = {CLAIMED_FLAG + OPEN_FLAG}
            THEN {CLAIMED + _NUMBERS["not_redeemed"]}
        WHEN g.flags & {CLAIMED_FLAG} > 0 THEN {CLAIMED + _NUMBERS["coupon_over"]}
        WHEN g.flags IS NOT NULL THEN {OPENED + _NUMBERS["not_claimed"]}
        WHEN %(is_imported)s THEN {OPENED + _NUMBERS["not_redeemed"]}
        ELSE {OPENED + _NUMBERS["nothing_given"]} END AS way
      FROM scoped s LEFT JOIN signs g ON g.id = s.id
), people AS (
    SELECT member_id, max(side + way * {CODE_UNIT}) AS top, bool_or(has_converted) AS has_converted,
           bool_or(is_redeemed AND side >= {NOT_CONTROL}) AS has_redeemed
      FROM ways GROUP BY member_id
)"""  # noqa: S608

# Each order once for each time that its member came in; what was bought, once at all.
SOLD = """
sold AS MATERIALIZED (
    SELECT o.id, o.member_id, s.id AS enrollment_id, o.occurred_at,
           o.net_amount - o.refunded_amount + o.refunded_shipping_amount AS net_amount,
           o.occurred_at >= s.entered_at AND o.occurred_at < s.until_at AS is_within
      FROM scoped s
      JOIN loyalty_order o ON o.member_id = s.member_id
           AND o.business_date BETWEEN %(first_on)s AND %(last_on)s
     WHERE o.net_amount - o.refunded_amount + o.refunded_shipping_amount > 0
), bought AS (
    SELECT member_id, count(*) AS orders_count, sum(net_amount) AS net_amount FROM (
        SELECT member_id, net_amount FROM sold WHERE is_within GROUP BY id, member_id, net_amount
    ) AS once GROUP BY member_id
)"""

# The touch that an order belongs to is the last one before it, of whatever campaign and channel.
# A message is its enrollment's member's: after a merge that isn't the card it was sent to.
TOUCHED = """
touched AS (
    SELECT DISTINCT ON (o.id) o.*, d.touched_at, d.id AS delivery_id
      FROM sold o
      JOIN letters d ON d.enrollment_id = o.enrollment_id AND d.touched_at <= o.occurred_at
           AND d.touched_at > o.occurred_at - make_interval(hours => %(attribution_hours)s)
     ORDER BY o.id, d.touched_at DESC, d.id DESC
), attributed AS (
    SELECT o.member_id, o.net_amount FROM touched o
     WHERE NOT EXISTS (
        SELECT FROM campaigns_enrollment e JOIN campaigns_delivery d ON d.enrollment_id = e.id
         WHERE e.member_id = o.member_id AND d.state IN ('SENT', 'DELIVERED')
           AND (d.sent_at, d.id) > (o.touched_at, o.delivery_id) AND d.sent_at <= o.occurred_at)
       AND NOT EXISTS (
        SELECT FROM campaigns_delivery d
         WHERE d.member_id = o.member_id AND d.enrollment_id IS NULL
           AND d.state IN ('SENT', 'DELIVERED')
           AND (d.sent_at, d.id) > (o.touched_at, o.delivery_id) AND d.sent_at <= o.occurred_at)
)"""

# A coupon that was passed on costs what the friend's takes off: the end of each chain counts.
# So few are that the array is looked up one by one, whatever the planner thinks of `given`.
HELD = f"""
heirs AS (
    SELECT c.* FROM unnest(ARRAY(
        SELECT replaced_by_id FROM given WHERE replaced_by_id IS NOT NULL)) AS passed(id)
      JOIN loyalty_coupon c ON c.id = passed.id
     UNION ALL
    SELECT c.* FROM heirs h JOIN loyalty_coupon c ON c.id = h.replaced_by_id
), held AS (
    SELECT type_id, flags, discount_amount FROM given WHERE replaced_by_id IS NULL
     UNION ALL
    SELECT c.type_id, {_FLAGS}, c.discount_amount FROM heirs c WHERE c.replaced_by_id IS NULL
)"""  # noqa: S608

OF_PEOPLE = """
SELECT 'people', p.top::bigint, p.has_redeemed, p.has_converted, count(*), count(b.member_id),
       coalesce(sum(b.orders_count), 0), coalesce(sum(b.net_amount), 0)
  FROM people p LEFT JOIN bought b ON b.member_id = p.member_id
 GROUP BY p.top, p.has_redeemed, p.has_converted"""
OF_TOUCHED = """
SELECT 'attributed', 0, NULL, NULL, 0, count(DISTINCT member_id), count(*),
       coalesce(sum(net_amount), 0)
  FROM attributed"""
OF_COUPONS = f"""
SELECT 'coupons', type_id, NULL, NULL, count(*),
       count(*) FILTER (WHERE flags & {REDEEMED_FLAG} > 0),
       count(*) FILTER (WHERE flags & {OPEN_FLAG} > 0),
       coalesce(sum(discount_amount) FILTER (WHERE flags & {REDEEMED_FLAG} > 0), 0)
  FROM held GROUP BY type_id"""  # noqa: S608

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
  FROM campaigns_delivery d {of_enrollments}
 WHERE d.campaign_id = %(campaign)s AND d.enrollment_id IS NOT NULL {by_medium}
 GROUP BY d.medium ORDER BY d.medium
"""

# Points of a gift are a lot of their own: what is left of it is what they may still cost. A lot
# with points left is open, and found by who holds it; its entry moves none of it.
POINTS = """
SELECT coalesce(sum(g.points), 0), coalesce(sum(l.remaining_points) FILTER (
           WHERE l.expires_at IS NULL OR l.expires_at > %(at)s), 0)
  FROM scoped s
 CROSS JOIN unnest(%(point_steps)s::text[]) AS step
  JOIN loyalty_prizegrant g ON g.key = 'campaign:' || s.id || ':' || step AND g.state = 'GIVEN'
  LEFT JOIN loyalty_ledgerentry y ON y.key = 'prize:' || g.id || ':earn'
  LEFT JOIN loyalty_lot l ON l.member_id = g.member_id AND l.entry_id = y.id AND l.is_open
"""
