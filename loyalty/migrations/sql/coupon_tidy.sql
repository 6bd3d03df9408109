-- What time does to coupons: locks time out, coupons expire. Nothing waits for it: who meets a
-- lock that timed out, or an expired coupon, sees it as such; these functions write it down, and
-- give back what it kept.

-- Lets go of a lock, behind the coupon's row. A row that was made for a public code is void: the
-- code itself is free again. A code that is nobody's is nobody's again. `clears`: let go on
-- purpose; a lock that timed out is remembered, since the order it was for may come late.
CREATE OR REPLACE FUNCTION loyalty_coupon_unlock(
    c loyalty_coupon, zone text, why text, clears boolean, at timestamptz
) RETURNS loyalty_coupon
LANGUAGE plpgsql AS $$
DECLARE
    day date := (c.claimed_at AT TIME ZONE zone)::date;
    kept bigint := c.reserved_amount;
BEGIN
    IF c.origin = 'PUBLIC' AND c.key LIKE 'use:%' THEN
        PERFORM loyalty_coupon_uncount(c.type_id, c.holder, day);
        c.state := 'VOID';
        c.key := NULL;
        c.reserved_amount := 0;
        c.ended_at := at;
        c.end_reason := why;
        PERFORM loyalty_coupon_pools_give(c.type_id, kept, 1, (c.id % 16)::int);
    ELSIF c.member_id IS NULL THEN
        PERFORM loyalty_coupon_uncount(c.type_id, c.holder, day);
        c.state := 'ISSUED';
        c.holder := '';
        c.claimed_at := NULL;
    ELSE
        c.state := 'CLAIMED';
    END IF;
    IF clears THEN
        c.locked_source := '';
        c.locked_for := '';
        c.locked_until := NULL;
    END IF;
    UPDATE loyalty_coupon u
    SET state = c.state, key = c.key, holder = c.holder, claimed_at = c.claimed_at,
        locked_source = c.locked_source, locked_for = c.locked_for,
        locked_until = c.locked_until, reserved_amount = c.reserved_amount,
        ended_at = c.ended_at, end_reason = c.end_reason
    WHERE u.id = c.id;
    PERFORM loyalty_coupon_step(c, 'LOCKED', why, NULL, NULL, at, at, NULL, NULL, NULL);
    RETURN c;
END
$$;

-- Ends a coupon for good, behind its row: EXPIRED, or VOID with its claim given back too.
CREATE OR REPLACE FUNCTION loyalty_coupon_end(
    c loyalty_coupon, ends_as text, why text, zone text, actor bigint,
    occurred timestamptz, at timestamptz, tells jsonb
) RETURNS loyalty_coupon
LANGUAGE plpgsql AS $$
DECLARE
    before loyalty_coupon := c;
BEGIN
    IF ends_as = 'VOID' THEN
        PERFORM loyalty_coupon_uncount(
            c.type_id, c.holder, (c.claimed_at AT TIME ZONE zone)::date);
    END IF;
    c.state := ends_as;
    c.reserved_amount := 0;
    c.ended_at := occurred;
    c.end_reason := why;
    c.redeemed_at := NULL;
    UPDATE loyalty_coupon u
    SET state = c.state, reserved_amount = 0, ended_at = c.ended_at, end_reason = why,
        redeemed_at = NULL
    WHERE u.id = c.id;
    PERFORM loyalty_coupon_pools_give(c.type_id, before.reserved_amount,
        (before.end_reason <> 'late')::int, (c.id % 16)::int);
    PERFORM loyalty_coupon_step(c, before.state, why, NULL, actor, occurred, at, tells,
        CASE WHEN c.member_id IS NOT NULL THEN
            CASE ends_as WHEN 'VOID' THEN 'voided' ELSE 'expired' END END, '{}');
    RETURN c;
END
$$;

-- Writes down what time did, of one type or (NULL) of all: locks that timed out, and for one type
-- also coupons that expired. Gives how many. Passes over what somebody works on, so that it never
-- waits for a coupon or a person while it holds others.
CREATE OR REPLACE FUNCTION loyalty_coupons_tidy(
    only_type bigint, only_holder text, most int, zone text, at timestamptz, tells jsonb
) RETURNS int
LANGUAGE plpgsql AS $$
DECLARE
    c loyalty_coupon;
    ids bigint[];
    type_before bigint := 0;
    done int := 0;
    wanted int;
    got int;
BEGIN
    SELECT array_agg(d.id) INTO ids FROM (
        SELECT u.id FROM loyalty_coupon u
        WHERE u.state = 'LOCKED' AND u.locked_until <= at
          AND (only_type IS NULL OR u.type_id = only_type)
          AND (only_holder IS NULL OR u.holder = only_holder)
        ORDER BY u.locked_until LIMIT most FOR NO KEY UPDATE SKIP LOCKED) d;
    IF only_type IS NOT NULL AND only_holder IS NULL THEN
        SELECT ids || array_agg(d.id) INTO ids FROM (
            SELECT u.id FROM loyalty_coupon u
            WHERE u.type_id = only_type
              AND u.state IN ('ISSUED', 'CLAIMED') AND u.expires_at <= at
            ORDER BY u.expires_at LIMIT most FOR NO KEY UPDATE SKIP LOCKED) d;
    END IF;
    IF ids IS NULL THEN
        RETURN 0;
    END IF;
    PERFORM FROM loyalty_coupontype t
    WHERE t.id IN (SELECT u.type_id FROM loyalty_coupon u WHERE u.id = ANY(ids))
    ORDER BY t.id FOR KEY SHARE;
    FOR c IN SELECT * FROM loyalty_coupon u WHERE u.id = ANY(ids) ORDER BY u.type_id, u.id LOOP
        IF c.state = 'LOCKED' AND c.holder <> '' AND (c.member_id IS NULL OR c.key LIKE 'use:%')
        THEN
            SELECT count(*) INTO wanted FROM loyalty_pooluse p
            WHERE p.holder = c.holder AND p.key IN ('coupon:' || c.type_id, 'coupon:'
                || c.type_id || ':' || (c.claimed_at AT TIME ZONE zone)::date);
            SELECT count(*) INTO got FROM (
                SELECT FROM loyalty_pooluse p
                WHERE p.holder = c.holder AND p.key IN ('coupon:' || c.type_id, 'coupon:'
                    || c.type_id || ':' || (c.claimed_at AT TIME ZONE zone)::date)
                FOR NO KEY UPDATE SKIP LOCKED) mine;
            CONTINUE WHEN got < wanted;
        END IF;
        IF c.type_id <> type_before THEN
            PERFORM loyalty_coupon_pools_lock(c.type_id);
            type_before := c.type_id;
        END IF;
        IF c.state = 'LOCKED' THEN
            PERFORM loyalty_coupon_unlock(c, zone, 'lock_over', false, at);
        ELSE
            PERFORM loyalty_coupon_end(
                c, 'EXPIRED', 'expired', zone, NULL, c.expires_at, at, tells);
        END IF;
        done := done + 1;
    END LOOP;
    RETURN done;
END
$$;

-- Stock and budget for one more, after what time has freed; NULL, or why not.
CREATE OR REPLACE FUNCTION loyalty_coupon_reserve(
    t loyalty_coupontype, own int, zone text, at timestamptz, tells jsonb
) RETURNS text
LANGUAGE plpgsql AS $$
DECLARE
    cost bigint := loyalty_coupon_cost(t);
    why text := loyalty_coupon_pools_take(t.id, cost, own);
BEGIN
    IF why IS NOT NULL AND (
        EXISTS (SELECT FROM loyalty_coupon u WHERE u.type_id = t.id
                AND u.state IN ('ISSUED', 'CLAIMED') AND u.expires_at <= at)
        OR EXISTS (SELECT FROM loyalty_coupon u WHERE u.type_id = t.id
                   AND u.state = 'LOCKED' AND u.locked_until <= at))
    THEN
        PERFORM loyalty_coupon_pools_lock(t.id);
        IF loyalty_coupons_tidy(t.id, NULL, 20, zone, at, tells) > 0 THEN
            why := loyalty_coupon_pools_take(t.id, cost, own);
        END IF;
    END IF;
    RETURN why;
END
$$;

-- The night: the next `most` coupons that expired, as sets. Gives how many.
CREATE OR REPLACE FUNCTION loyalty_coupons_expire(most int, at timestamptz, tells jsonb)
RETURNS int
LANGUAGE plpgsql
-- Planned for the table as it is: a worker's connection may have known it when it was empty.
SET plan_cache_mode = force_custom_plan
SET enable_seqscan = off
AS $$
DECLARE
    ids bigint[];
    type_ids bigint[];
    one record;
BEGIN
    SELECT array_agg(d.id), array_agg(DISTINCT d.type_id) INTO ids, type_ids FROM (
        SELECT u.id, u.type_id FROM loyalty_coupon u
        WHERE u.state IN ('ISSUED', 'CLAIMED') AND u.expires_at <= at
        ORDER BY u.expires_at LIMIT most FOR NO KEY UPDATE SKIP LOCKED) d;
    IF ids IS NULL THEN
        RETURN 0;
    END IF;
    PERFORM FROM loyalty_coupontype t WHERE t.id = ANY(type_ids) ORDER BY t.id FOR KEY SHARE;
    FOR one IN
        SELECT u.type_id, sum(u.reserved_amount)::bigint AS cost, count(*)::int AS n
        FROM loyalty_coupon u WHERE u.id = ANY(ids) GROUP BY 1 ORDER BY 1
    LOOP
        PERFORM loyalty_coupon_pools_give(one.type_id, one.cost, one.n, (ids[1] % 16)::int);
    END LOOP;
    WITH ended AS (
        UPDATE loyalty_coupon u
        SET state = 'EXPIRED', reserved_amount = 0, ended_at = u.expires_at,
            end_reason = 'expired'
        FROM unnest(ids) w(id)
        JOIN loyalty_coupon before ON before.id = w.id
        JOIN loyalty_coupontype t ON t.id = before.type_id
        WHERE u.id = w.id
        RETURNING u.id, u.uid, u.member_id, u.expires_at, before.state, t.code
    ), moves AS (
        INSERT INTO loyalty_couponmove
            (coupon_id, member_id, from_state, to_state, reason, occurred_at, recorded_at)
        SELECT e.id, e.member_id, e.state, 'EXPIRED', 'expired', e.expires_at, at FROM ended e
    ), told AS (
        INSERT INTO members_event
            (uid, type, member_id, occurred_at, recorded_at, payload, source)
        SELECT uuidv7(), tells->'expired'->>0, e.member_id, e.expires_at, at,
               jsonb_build_object('coupon', e.uid, 'coupon_type', e.code), ''
        FROM ended e WHERE e.member_id IS NOT NULL
        RETURNING id
    )
    INSERT INTO members_dispatch (event_id, subscriber, state, attempts, next_at, last_error)
    SELECT e.id, s.subscriber, 'PENDING', 0, at, ''
    FROM told e CROSS JOIN LATERAL jsonb_array_elements_text(tells->'expired'->1) s(subscriber);
    RETURN cardinality(ids);
END
$$;
