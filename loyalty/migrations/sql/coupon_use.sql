-- Coupons at the till: locked for a checkout, or redeemed by an order, many in one statement.

-- What a row that was made for a public code is found by: one for each order and type.
CREATE OR REPLACE FUNCTION loyalty_coupon_use_key(source text, external_id text, type_id bigint)
RETURNS text
LANGUAGE sql IMMUTABLE AS $$
    SELECT 'use:' || md5(source || chr(10) || external_id) || ':' || type_id
$$;

-- When an ask is about: a lock now, a redemption when the order was paid.
CREATE OR REPLACE FUNCTION loyalty_coupon_moment(ask jsonb, is_lock boolean, at timestamptz)
RETURNS timestamptz
LANGUAGE sql STABLE AS $$
    SELECT CASE WHEN is_lock THEN at ELSE (ask->>'occurred_at')::timestamptz END
$$;

-- The coupon that a code means: that very one; for a public code the one that this order has, or
-- one that the member has in hand. NULL: a public code makes one, or there is no such code.
CREATE OR REPLACE FUNCTION loyalty_coupon_find(
    ask jsonb, public_type bigint, is_lock boolean, at timestamptz
) RETURNS bigint
LANGUAGE plpgsql STABLE AS $$
DECLARE
    moment timestamptz := loyalty_coupon_moment(ask, is_lock, at);
    found_id bigint;
BEGIN
    SELECT u.id INTO found_id FROM loyalty_coupon u WHERE u.code = ask->>'code';
    IF found_id IS NULL AND public_type IS NOT NULL THEN
        SELECT u.id INTO found_id FROM loyalty_coupon u
        WHERE u.key = loyalty_coupon_use_key(ask->>'source', ask->>'external_id', public_type);
    END IF;
    IF found_id IS NULL AND public_type IS NOT NULL THEN
        SELECT u.id INTO found_id
        FROM loyalty_coupon u
        CROSS JOIN LATERAL (SELECT
            u.locked_source = ask->>'source' AND u.locked_for = ask->>'external_id' AS is_kept,
            u.redeemed_source = ask->>'source' AND u.redeemed_for = ask->>'external_id'
                AS is_used) own
        WHERE u.member_id = (ask->>'member_id')::bigint AND u.type_id = public_type
          AND (u.state = 'REDEEMED' AND own.is_used
               OR u.state = 'LOCKED' AND (own.is_kept OR u.locked_until <= at)
               OR u.state = 'CLAIMED')
          AND (own.is_used OR own.is_kept
               OR coalesce(u.expires_at > moment, true)
                   AND coalesce(u.valid_from <= moment, true))
        ORDER BY own.is_used DESC, own.is_kept DESC, u.expires_at, u.id
        LIMIT 1;
    END IF;
    RETURN found_id;
END
$$;

-- Why a coupon can't be used; NULL if it can. As loyalty.rules.coupons.refusal: whose it is comes
-- first, so that nobody learns of other people's coupons. `moment`: when it is used; `at`: now.
CREATE OR REPLACE FUNCTION loyalty_coupon_refusal(
    c loyalty_coupon, t loyalty_coupontype, ask jsonb, moment timestamptz, at timestamptz
) RETURNS text
LANGUAGE plpgsql STABLE AS $$
DECLARE
    is_kept boolean := coalesce(c.locked_source = ask->>'source'
        AND c.locked_for = ask->>'external_id' AND c.locked_until > moment, false);
    store bigint := (ask->>'store_id')::bigint;
BEGIN
    RETURN CASE
        WHEN c.member_id <> coalesce((ask->>'member_id')::bigint, 0)
            AND coalesce(c.key, '') NOT LIKE 'use:%' THEN 'coupon_not_yours'
        WHEN c.state = 'VOID' OR loyalty_coupon_batch_void(c, at) THEN 'coupon_void'
        WHEN c.state = 'REDEEMED' THEN 'coupon_redeemed'
        WHEN c.state = 'LOCKED' AND c.locked_until > at
            AND (c.locked_source <> ask->>'source' OR c.locked_for <> ask->>'external_id')
            THEN 'coupon_locked'
        WHEN NOT is_kept AND c.valid_from > moment THEN 'coupon_not_yet'
        WHEN NOT is_kept AND c.expires_at <= moment THEN 'coupon_expired'
        WHEN EXISTS (SELECT FROM loyalty_coupontype_stores s WHERE s.coupontype_id = t.id)
            AND NOT EXISTS (SELECT FROM loyalty_coupontype_stores s
                            WHERE s.coupontype_id = t.id AND s.store_id = store)
            THEN 'coupon_store' END;
END
$$;

-- Judges one ask, and counts it for who brings it. Gives {"n", "type_id", "coupon_id", "why",
-- "counted", "repeats"}.
CREATE OR REPLACE FUNCTION loyalty_coupon_judge(
    ask jsonb, t loyalty_coupontype, coupon_id bigint, is_lock boolean, zone text,
    at timestamptz, tells jsonb
) RETURNS jsonb
LANGUAGE plpgsql AS $$
DECLARE
    c loyalty_coupon;
    moment timestamptz := loyalty_coupon_moment(ask, is_lock, at);
    who text := ask->>'holder';
    why text;
    counted boolean := false;
    before bigint := 0;
BEGIN
    SELECT * INTO c FROM loyalty_coupon u WHERE u.id = coupon_id FOR NO KEY UPDATE;
    -- A row that a public code meant was let go of, or had by another order, while it was waited
    -- for: the code itself is free, so another row is looked for, or made.
    WHILE c.code <> ask->>'code' AND c.id <> before
        AND loyalty_coupon_refusal(c, t, ask, moment, at) IN (
            'coupon_void', 'coupon_redeemed', 'coupon_locked', 'coupon_not_yours')
    LOOP
        before := c.id;
        coupon_id := loyalty_coupon_find(ask, t.id, is_lock, at);
        SELECT * INTO c FROM loyalty_coupon u WHERE u.id = coupon_id FOR NO KEY UPDATE;
    END LOOP;
    IF t.id IS NULL OR (c.id IS NULL AND t.state = 'DRAFT') THEN
        why := 'coupon_not_found';
    ELSIF c.id IS NULL THEN
        c.type_id := t.id;
        c.holder := '';
        SELECT l.begins, l.ends INTO c.valid_from, c.expires_at
        FROM loyalty_coupon_life(t, NULL, zone) l;
        why := CASE WHEN t.stopped_at <= moment THEN 'coupon_stopped'
                    ELSE loyalty_coupon_refusal(c, t, ask, moment, at) END;
    ELSIF NOT is_lock AND c.state = 'REDEEMED' AND (c.order_id = (ask->>'order_id')::bigint
        OR c.redeemed_source = ask->>'source' AND c.redeemed_for = ask->>'external_id')
    THEN
        UPDATE loyalty_coupon u SET order_id = (ask->>'order_id')::bigint
        WHERE u.id = c.id AND u.order_id IS NULL AND ask->>'order_id' IS NOT NULL;
        RETURN jsonb_build_object('n', ask->'n', 'type_id', t.id, 'coupon_id', c.id,
            'counted', false, 'repeats', true);
    ELSE
        why := loyalty_coupon_refusal(c, t, ask, moment, at);
        IF why IS NULL AND is_lock AND c.state = 'EXPIRED' THEN
            why := 'coupon_expired';
        END IF;
    END IF;
    IF why IS NULL AND (c.member_id IS NULL OR c.key LIKE 'use:%') AND c.holder <> who THEN
        PERFORM loyalty_coupon_uncount(t.id, c.holder, (c.claimed_at AT TIME ZONE zone)::date);
        FOR turn IN 1..2 LOOP
            why := loyalty_coupon_count(t.id, who, (moment AT TIME ZONE zone)::date,
                t.limit_member, t.limit_member_day);
            EXIT WHEN why IS NULL;
            EXIT WHEN loyalty_coupons_tidy(t.id, who, 20, zone, at, tells) = 0;
        END LOOP;
        counted := why IS NULL;
        IF c.id IS NOT NULL THEN
            UPDATE loyalty_coupon u
            SET holder = CASE WHEN counted THEN who ELSE '' END,
                claimed_at = CASE WHEN counted AND who <> '' THEN moment END
            WHERE u.id = c.id;
        END IF;
    END IF;
    RETURN jsonb_build_object('n', ask->'n', 'type_id', t.id, 'coupon_id', c.id, 'why', why,
        'counted', counted, 'repeats', false);
END
$$;

-- Locks or redeems what was judged usable; behind all locks. NULL, or why not after all.
CREATE OR REPLACE FUNCTION loyalty_coupon_apply(
    ask jsonb, t loyalty_coupontype, c loyalty_coupon, is_lock boolean, zone text,
    at timestamptz, tells jsonb
) RETURNS jsonb
LANGUAGE plpgsql AS $$
DECLARE
    own int := abs(hashtext(ask->>'external_id')) % 16;
    moment timestamptz := loyalty_coupon_moment(ask, is_lock, at);
    from_state text := coalesce(c.state, '');
    kept bigint;
    took bigint := (ask->>'discount_amount')::bigint;
    why text;
BEGIN
    IF c.id IS NULL THEN
        why := loyalty_coupon_reserve(t, own, zone, at, tells);
        IF why IS NOT NULL THEN
            PERFORM loyalty_coupon_uncount(
                t.id, ask->>'holder', (moment AT TIME ZONE zone)::date);
            RETURN jsonb_build_object('why', why);
        END IF;
        c.type_id := t.id;
        c.state := 'ISSUED';
        c.origin := 'PUBLIC';
        c.key := loyalty_coupon_use_key(ask->>'source', ask->>'external_id', t.id);
        c.member_id := (ask->>'member_id')::bigint;
        c.holder := ask->>'holder';
        c.issued_at := moment;
        c.claimed_at := moment;
        SELECT l.begins, l.ends INTO c.valid_from, c.expires_at
        FROM loyalty_coupon_life(t, NULL, zone) l;
        c.reserved_amount := loyalty_coupon_cost(t);
        c := loyalty_coupon_insert(c, ARRAY(SELECT jsonb_array_elements_text(ask->'codes')));
        IF c.id IS NULL THEN
            -- A lock for this order came between: it is judged again, with that one.
            PERFORM loyalty_coupon_pools_give(t.id, loyalty_coupon_cost(t), 1, own);
            PERFORM loyalty_coupon_uncount(
                t.id, ask->>'holder', (moment AT TIME ZONE zone)::date);
            RETURN jsonb_build_object('again', true);
        END IF;
    ELSIF c.key LIKE 'use:%' THEN
        c.member_id := (ask->>'member_id')::bigint;
    END IF;

    IF is_lock THEN
        IF c.state <> 'LOCKED' OR c.locked_until <= at OR c.locked_for <> ask->>'external_id'
            OR c.locked_source <> ask->>'source'
        THEN
            c.state := 'LOCKED';
            c.locked_until := at + make_interval(
                mins => coalesce((ask->>'minutes')::int, t.lock_minutes));
            UPDATE loyalty_coupon u
            SET state = 'LOCKED', locked_source = ask->>'source',
                locked_for = ask->>'external_id', locked_until = c.locked_until,
                member_id = c.member_id
            WHERE u.id = c.id;
            PERFORM loyalty_coupon_step(c, from_state, '', NULL, (ask->>'actor_id')::bigint,
                at, at, NULL, NULL, NULL);
        END IF;
        RETURN jsonb_build_object('coupon_id', c.id, 'locked_until', c.locked_until);
    END IF;

    -- Valid when it was used, and marked as expired since: stock and budget are taken again, as
    -- far as they go; the customer has had it.
    IF c.state = 'EXPIRED' THEN
        c.end_reason := CASE WHEN loyalty_pool_take('coupon:' || t.id || ':count', 1, own)
                             THEN '' ELSE 'late' END;
        kept := least(coalesce(took, loyalty_coupon_cost(t)), loyalty_coupon_cost(t));
        IF NOT loyalty_pool_take('coupon:' || t.id || ':amount', kept, own) THEN
            kept := 0;
        END IF;
    ELSE
        kept := least(coalesce(took, c.reserved_amount), c.reserved_amount);
        PERFORM loyalty_pool_give(
            'coupon:' || t.id || ':amount', c.reserved_amount - kept, own);
    END IF;
    took := coalesce(took, CASE WHEN t.kind = 'MONEY_OFF' THEN t.amount ELSE 0 END);
    c.state := 'REDEEMED';
    -- Whoever is known to have used a code has it: it comes back to them.
    c.member_id := coalesce(c.member_id, (ask->>'member_id')::bigint);
    UPDATE loyalty_coupon u
    SET state = 'REDEEMED', redeemed_at = moment, order_id = (ask->>'order_id')::bigint,
        redeemed_source = ask->>'source', redeemed_for = ask->>'external_id',
        member_id = c.member_id, claimed_at = coalesce(u.claimed_at, moment),
        discount_amount = took, reserved_amount = kept, ended_at = at,
        end_reason = c.end_reason, locked_source = '', locked_for = '', locked_until = NULL
    WHERE u.id = c.id;
    PERFORM loyalty_coupon_step(c, from_state, '', (ask->>'order_id')::bigint,
        (ask->>'actor_id')::bigint, moment, at, tells, 'redeemed',
        jsonb_build_object('order_id', (ask->>'order_id')::bigint, 'discount_amount', took));
    RETURN jsonb_build_object('coupon_id', c.id);
END
$$;

