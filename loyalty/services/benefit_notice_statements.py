"""The statements of reminders: each finds whom to tell, notes that they were told, and tells them.

Only our own texts are put together here; values are parameters.
"""

from loyalty.selectors import benefit_audiences

# `news` has member, ref, day and payload; who has heard of it is told nothing.
TELL = """
notices AS (
    INSERT INTO loyalty_benefitnotice (member_id, about, ref, day_on, recorded_at)
    SELECT n.member_id, {about}, n.ref, n.day_on, %(at)s FROM news n ORDER BY 1, 3, 4
    ON CONFLICT (member_id, about, ref, day_on) DO NOTHING
    RETURNING member_id, ref, day_on
), events AS (
    INSERT INTO members_event (uid, type, member_id, occurred_at, recorded_at, payload, source)
    SELECT uuidv7(), %(type)s, n.member_id, %(at)s, %(at)s, w.payload, ''
    FROM notices n JOIN news w USING (member_id, ref, day_on)
    RETURNING id
), dispatches AS (
    INSERT INTO members_dispatch (event_id, subscriber, state, attempts, next_at, last_error)
    SELECT e.id, s.subscriber, 'PENDING', 0, %(at)s, ''
    FROM events e CROSS JOIN LATERAL jsonb_array_elements_text(%(hear)s::jsonb) s (subscriber)
)
SELECT count(*) FROM notices
"""
_LAST_ON = "(({ends} - interval '1 microsecond') AT TIME ZONE %(zone)s)::date"
_PAYLOAD = "jsonb_build_object('about', {about}, 'benefits', {codes}, 'last_on', {last_on})"

# The benefit's own end bounds what was given of it. A claim for a month would be told of the night
# after it was made: only those that live longer.
GRANTS_END = (
    """
WITH ends AS (
    SELECT g.id, least(g.valid_until, b.valid_until) AS ends_at
    FROM loyalty_benefitgrant g JOIN loyalty_benefit b ON b.id = g.benefit_id
    WHERE g.ended_at IS NULL AND g.valid_until > %(at)s AND g.valid_until <= %(until)s
    UNION
    SELECT g.id, least(g.valid_until, b.valid_until)
    FROM loyalty_benefit b
    JOIN loyalty_benefitgrant g ON g.benefit_id = b.id AND g.ended_at IS NULL
    WHERE b.valid_until > %(at)s AND b.valid_until <= %(until)s
), due AS (
    SELECT g.id, g.member_id, CASE g.origin WHEN 'CLAIM' THEN 'CLAIM' ELSE 'GRANT' END AS what,
           b.code, """  # noqa: S608
    + _LAST_ON.format(ends="e.ends_at")
    + """ AS day_on
    FROM ends e
    JOIN loyalty_benefitgrant g ON g.id = e.id
    JOIN loyalty_benefit b ON b.id = g.benefit_id
    JOIN members_member m ON m.id = g.member_id AND m.state = 'ACTIVE'
    WHERE e.ends_at > %(at)s
      AND (g.quota IS NULL OR g.used_count < g.quota)
      AND (g.origin <> 'CLAIM' OR b.state = 'LIVE'
           AND g.valid_from <= e.ends_at - %(months)s * interval '1 month')
), news AS (
    SELECT d.member_id, 'grant:' || d.id AS ref, d.day_on, """
    + _PAYLOAD.format(about="d.what", codes="jsonb_build_array(d.code)", last_on="d.day_on")
    + """ AS payload
    FROM due d
    WHERE NOT EXISTS (
        SELECT FROM loyalty_benefitnotice n
        WHERE n.member_id = d.member_id AND n.about = 'ENDS' AND n.ref = 'grant:' || d.id
          AND n.day_on = d.day_on)
    ORDER BY d.id LIMIT %(chunk)s
), """
    + TELL.format(about="'ENDS'")
)

# As `tier_standings.until`: in grace, until the grace is over.
_TIER_ENDS = (
    "CASE WHEN a.tier_earned_id IS NULL AND a.tier_grace_until_at IS NOT NULL"
    " THEN a.tier_grace_until_at ELSE a.tier_until_at END"
)
TIERS_END = (
    """
WITH bears AS (
    SELECT r.tier_id, jsonb_agg(DISTINCT b.code) AS codes
    FROM loyalty_benefitrule r JOIN loyalty_benefit b ON b.id = r.benefit_id AND b.state = 'LIVE'
    WHERE r.tier_id IS NOT NULL GROUP BY 1
), due AS (
    SELECT a.member_id, a.tier_id, b.codes, """  # noqa: S608
    + _LAST_ON.format(ends=_TIER_ENDS)
    + """ AS day_on
    FROM loyalty_account a
    JOIN bears b ON b.tier_id = a.tier_id
    JOIN members_member m ON m.id = a.member_id AND m.state = 'ACTIVE'
    WHERE """
    + f"{_TIER_ENDS} > %(at)s AND {_TIER_ENDS} <= %(until)s"
    + """
), news AS (
    SELECT d.member_id, 'tier:' || d.tier_id AS ref, d.day_on, """
    + _PAYLOAD.format(about="'TIER'::text", codes="d.codes", last_on="d.day_on")
    + """ AS payload
    FROM due d
    WHERE NOT EXISTS (
        SELECT FROM loyalty_benefitnotice n
        WHERE n.member_id = d.member_id AND n.about = 'ENDS' AND n.ref = 'tier:' || d.tier_id
          AND n.day_on = d.day_on)
    ORDER BY d.member_id LIMIT %(chunk)s
), """
    + TELL.format(about="'ENDS'")
)

# Whom its rules name (`{named}`), of those who claim it who has not claimed yet, and while
# something of it is left: once it ends, and no period comes after this one (`{is_last}`).
BENEFIT_ENDS = (
    """
WITH own AS (
    SELECT a.member_id, """  # noqa: S608
    + benefit_audiences.QUOTA
    + """ AS quota
    {named} AND a.member_id > %(after)s AND a.member_id <= %(last)s
    GROUP BY 1
), news AS (
    SELECT o.member_id, 'benefit:' || %(benefit)s AS ref, %(last_on)s::date AS day_on, """
    + _PAYLOAD.format(
        about="'BENEFIT'::text",
        codes="jsonb_build_array(%(code)s::text)",
        last_on="%(last_on)s::date",
    )
    + """ AS payload
    FROM own o
    LEFT JOIN loyalty_benefitperiod p ON p.member_id = o.member_id
        AND p.benefit_id = %(benefit)s AND p.period_on = %(start)s
    WHERE (NOT %(is_last)s OR o.quota IS NULL OR o.quota > coalesce(p.used_count, 0))
      AND NOT (%(is_claimed)s AND EXISTS (
          SELECT FROM loyalty_benefitgrant g
          WHERE g.member_id = o.member_id AND g.benefit_id = %(benefit)s AND g.origin = 'CLAIM'
            AND (g.valid_from AT TIME ZONE %(zone)s)::date >= %(start)s))
), """
    + TELL.format(about="'ENDS'")
)

# A claim of this period, and whether one of them can still be used.
_CLAIMS = """
    SELECT count(*) AS claims, count(*) FILTER (
        WHERE g.ended_at IS NULL AND (g.valid_until IS NULL OR g.valid_until > %(at)s)) AS usable
    FROM loyalty_benefitgrant g
    WHERE g.member_id = a.member_id AND g.benefit_id = b.id AND g.origin = 'CLAIM'
      AND (g.valid_from AT TIME ZONE %(zone)s)::date >= b.start_on
"""
# The period's own quota less what is used of it, and what is left of open grants. What was claimed
# and not used in its days is no longer there.
LEFT = (
    """
WITH live AS (
    SELECT b.*, s.start_on FROM unnest(%(ids)s::bigint[], %(starts)s::date[]) s (id, start_on)
    JOIN loyalty_benefit b ON b.id = s.id
    WHERE (b.valid_from IS NULL OR b.valid_from <= %(at)s)
      AND (b.valid_until IS NULL OR b.valid_until > %(at)s)
), own AS (
    SELECT a.member_id, b.id AS benefit_id, b.start_on, b.code, """  # noqa: S608
    + benefit_audiences.QUOTA
    + """ AS quota
    FROM loyalty_account a
    JOIN members_member m ON m.id = a.member_id AND m.state = 'ACTIVE'
    CROSS JOIN live b
    JOIN loyalty_benefitrule r ON r.benefit_id = b.id AND """
    + benefit_audiences.NAMED
    + """
    WHERE a.member_id > %(after)s AND a.member_id <= %(last)s
      AND (NOT b.in_birthday_month OR """
    + benefit_audiences.BIRTHDAY
    + """)
      AND (b.cap_percent IS NULL AND b.cap_count IS NULL OR EXISTS (
          SELECT FROM loyalty_benefitholder h
          WHERE h.member_id = a.member_id AND h.benefit_id = b.id))
      AND (b.giving <> 'CLAIMED' OR EXISTS (
          SELECT FROM ("""
    + _CLAIMS
    + """) c WHERE c.claims = 0 OR c.usable > 0))
    GROUP BY 1, 2, 3, 4
), rest AS (
    -- `greatest` alone would make 0 of no limit.
    SELECT o.member_id, o.code, CASE WHEN o.quota IS NOT NULL
        THEN greatest(0, o.quota - coalesce(p.used_count, 0)) END AS rest
    FROM own o
    LEFT JOIN loyalty_benefitperiod p ON p.member_id = o.member_id
        AND p.benefit_id = o.benefit_id AND p.period_on = o.start_on
    UNION ALL
    SELECT g.member_id, b.code, g.quota - g.used_count
    FROM loyalty_benefitgrant g
    JOIN loyalty_benefit b ON b.id = g.benefit_id AND b.coupon_type_id IS NULL
        AND (b.valid_from IS NULL OR b.valid_from <= %(at)s)
        AND (b.valid_until IS NULL OR b.valid_until > %(at)s)
    JOIN members_member m ON m.id = g.member_id AND m.state = 'ACTIVE'
    WHERE g.member_id > %(after)s AND g.member_id <= %(last)s AND g.origin <> 'CLAIM'
      AND g.ended_at IS NULL AND g.valid_from <= %(at)s
      AND (g.valid_until IS NULL OR g.valid_until > %(at)s)
), sums AS (
    SELECT r.member_id, r.code, sum(r.rest)::bigint AS rest FROM rest r
    GROUP BY 1, 2 HAVING NOT bool_or(r.rest IS NULL) AND sum(r.rest) > 0
), news AS (
    SELECT s.member_id, '' AS ref, %(first)s::date AS day_on,
           jsonb_build_object('month', to_char(%(first)s::date, 'YYYY-MM'),
                              'left', jsonb_object_agg(s.code, s.rest)) AS payload
    FROM sums s GROUP BY 1
), """
    + TELL.format(about="'LEFT'")
)
