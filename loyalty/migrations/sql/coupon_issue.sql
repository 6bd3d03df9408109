-- Coupons come to people: granted, claimed, given on by a friend; codes are made in batches.

-- The member that this one is now; NULL if there is none (any more). The row stays as it is until the end of
-- the transaction: nobody merges them away meanwhile.
CREATE OR REPLACE FUNCTION loyalty_coupon_member(wanted bigint) RETURNS bigint
LANGUAGE plpgsql AS $$
DECLARE
    found_id bigint := wanted;
    next_id bigint;
    what text;
BEGIN
    LOOP
        SELECT m.state, m.merged_into_id INTO what, next_id
        FROM members_member m WHERE m.id = found_id FOR KEY SHARE;
        IF NOT FOUND OR what = 'ERASED' THEN
            RETURN NULL;
        END IF;
        IF what <> 'MERGED' THEN
            RETURN found_id;
        END IF;
        found_id := next_id;
    END LOOP;
END
$$;

-- A new row with the first of `codes` that nobody has. NULL where its key is taken.
CREATE OR REPLACE FUNCTION loyalty_coupon_insert(c loyalty_coupon, codes text[])
RETURNS loyalty_coupon
LANGUAGE plpgsql AS $$
DECLARE
    made loyalty_coupon;
    one text;
BEGIN
    FOREACH one IN ARRAY codes LOOP
        INSERT INTO loyalty_coupon
            (uid, type_id, code, state, origin, key, batch_id, member_id, holder, issued_at,
             claimed_at, valid_from, expires_at, locked_source, locked_for, locked_until,
             redeemed_source, redeemed_for, reserved_amount, discount_amount, end_reason)
        VALUES
            (uuidv7(), c.type_id, one, c.state, c.origin, c.key, c.batch_id, c.member_id,
             c.holder, c.issued_at, c.claimed_at, c.valid_from, c.expires_at,
             coalesce(c.locked_source, ''), coalesce(c.locked_for, ''), c.locked_until,
             '', '', c.reserved_amount, 0, '')
        ON CONFLICT DO NOTHING
        RETURNING * INTO made;
        EXIT WHEN made.id IS NOT NULL;
        -- The key, not the code: another call is through with the same.
        EXIT WHEN EXISTS (SELECT FROM loyalty_coupon u WHERE u.key = c.key);
    END LOOP;
    RETURN made;
END
$$;

-- Whether members may take one of a type now; NULL, or why not. `how`: GRANT by the shop, CLAIM of
-- what is offered, CODE that somebody entered.
CREATE OR REPLACE FUNCTION loyalty_coupon_closed(
    t loyalty_coupontype, how text, at timestamptz
) RETURNS text
LANGUAGE sql IMMUTABLE AS $$
    SELECT CASE
        WHEN t.state = 'DRAFT' THEN 'coupon_not_live'
        WHEN t.state = 'STOPPED' THEN 'coupon_stopped'
        WHEN t.validity = 'FIXED' AND t.valid_until <= at THEN 'coupon_expired'
        WHEN how = 'GRANT' THEN NULL
        WHEN how = 'CLAIM' AND NOT t.is_claimable THEN 'coupon_not_claimable'
        WHEN t.claim_from > at THEN 'coupon_claim_not_yet'
        WHEN t.claim_until <= at THEN 'coupon_claim_over' END
$$;

-- A coupon of a type for a member. `ask`: type_id, member_id, key, origin, how (as above), codes,
-- actor_id, zone. Gives {"id"} (and "repeat"), or a refusal. Again with its key it is the same.
CREATE OR REPLACE FUNCTION loyalty_coupon_issue(ask jsonb, at timestamptz, tells jsonb)
RETURNS jsonb
LANGUAGE plpgsql AS $$
DECLARE
    c loyalty_coupon;
    t loyalty_coupontype;
    zone text := ask->>'zone';
    is_own boolean := ask->>'how' <> 'GRANT';
    own int;
    why text;
BEGIN
    c.member_id := loyalty_coupon_member((ask->>'member_id')::bigint);
    IF c.member_id IS NULL THEN
        RETURN loyalty_coupon_no('', 'member_not_found', NULL);
    END IF;
    SELECT * INTO t FROM loyalty_coupontype y WHERE y.id = (ask->>'type_id')::bigint
    FOR KEY SHARE;
    c.holder := 'member:' || c.member_id;
    c.key := ask->>'key';
    own := (c.member_id % 16)::int;
    SELECT u.id INTO c.id FROM loyalty_coupon u WHERE u.key = c.key;
    IF c.id IS NOT NULL THEN
        RETURN jsonb_build_object('id', c.id, 'repeat', true);
    END IF;

    why := loyalty_coupon_closed(t, ask->>'how', at);
    IF why IS NULL THEN
        FOR turn IN 1..2 LOOP
            why := loyalty_coupon_count(t.id, c.holder, (at AT TIME ZONE zone)::date,
                CASE WHEN is_own THEN t.limit_member END,
                CASE WHEN is_own THEN t.limit_member_day END);
            EXIT WHEN why IS NULL;
            -- A lock of their own that timed out counts no more.
            EXIT WHEN loyalty_coupons_tidy(t.id, c.holder, 20, zone, at, tells) = 0;
        END LOOP;
        IF why IS NULL THEN
            why := loyalty_coupon_reserve(t, own, zone, at, tells);
            IF why IS NOT NULL THEN
                PERFORM loyalty_coupon_uncount(t.id, c.holder, (at AT TIME ZONE zone)::date);
            END IF;
        END IF;
    END IF;
    IF why IS NOT NULL THEN
        -- Behind the person's lock: sent twice at once, the other one may be through.
        SELECT u.id INTO c.id FROM loyalty_coupon u WHERE u.key = c.key;
        IF c.id IS NOT NULL THEN
            RETURN jsonb_build_object('id', c.id, 'repeat', true);
        END IF;
        RETURN loyalty_coupon_no('', why, jsonb_build_object('type', t.code));
    END IF;

    c.type_id := t.id;
    c.state := 'CLAIMED';
    c.origin := ask->>'origin';
    c.issued_at := at;
    c.claimed_at := at;
    SELECT l.begins, l.ends INTO c.valid_from, c.expires_at
    FROM loyalty_coupon_life(t, at, zone) l;
    c.reserved_amount := loyalty_coupon_cost(t);
    c := loyalty_coupon_insert(c, ARRAY(SELECT jsonb_array_elements_text(ask->'codes')));
    IF c.id IS NULL THEN
        RAISE EXCEPTION 'loyalty_coupon_key_taken' USING ERRCODE = 'RC002';
    END IF;
    PERFORM loyalty_coupon_step(c, '', lower(c.origin), NULL, (ask->>'actor_id')::bigint,
        at, at, tells, CASE WHEN is_own THEN 'claimed' ELSE 'granted' END,
        CASE WHEN is_own THEN '{}' ELSE jsonb_build_object('origin', c.origin) END
        || jsonb_build_object('expires_at', loyalty_coupon_instant(c.expires_at)));
    RETURN jsonb_build_object('id', c.id);
END
$$;

-- A member enters a printed code: it is theirs from now on. Stock and budget were taken when it
-- was made.
CREATE OR REPLACE FUNCTION loyalty_coupon_claim(ask jsonb, at timestamptz, tells jsonb)
RETURNS jsonb
LANGUAGE plpgsql AS $$
DECLARE
    c loyalty_coupon;
    t loyalty_coupontype;
    zone text := ask->>'zone';
    wanted text := ask->>'code';
    mine bigint := loyalty_coupon_member((ask->>'member_id')::bigint);
    before text;
    why text;
BEGIN
    IF mine IS NULL THEN
        RETURN loyalty_coupon_no(wanted, 'member_not_found', NULL);
    END IF;
    SELECT * INTO c FROM loyalty_coupon u WHERE u.code = wanted FOR NO KEY UPDATE;
    SELECT * INTO t FROM loyalty_coupontype y WHERE y.id = c.type_id FOR KEY SHARE;
    why := CASE
        WHEN c.id IS NULL THEN 'coupon_not_found'
        WHEN c.member_id <> mine THEN 'coupon_not_yours'
        WHEN c.state = 'VOID' OR loyalty_coupon_batch_void(c, at) THEN 'coupon_void'
        WHEN c.state = 'REDEEMED' THEN 'coupon_redeemed'
        WHEN c.member_id = mine AND c.state <> 'EXPIRED' THEN 'mine'
        WHEN c.state = 'EXPIRED' OR c.expires_at <= at THEN 'coupon_expired'
        WHEN c.state = 'LOCKED' AND c.locked_until > at THEN 'coupon_locked'
        ELSE loyalty_coupon_closed(t, 'CODE', at) END;
    IF why = 'mine' THEN
        RETURN jsonb_build_object('id', c.id, 'repeat', true);
    END IF;
    IF why IS NULL AND c.state = 'LOCKED' THEN
        c := loyalty_coupon_unlock(c, zone, 'lock_over', true, at);
    END IF;
    IF why IS NULL THEN
        why := loyalty_coupon_count(t.id, 'member:' || mine, (at AT TIME ZONE zone)::date,
            t.limit_member, t.limit_member_day);
    END IF;
    IF why IS NOT NULL THEN
        RETURN loyalty_coupon_no(wanted, why, NULL);
    END IF;

    before := c.state;
    c.state := 'CLAIMED';
    c.member_id := mine;
    SELECT l.begins, l.ends INTO c.valid_from, c.expires_at
    FROM loyalty_coupon_life(t, at, zone) l;
    UPDATE loyalty_coupon u
    SET state = 'CLAIMED', member_id = mine, holder = 'member:' || mine, claimed_at = at,
        valid_from = c.valid_from, expires_at = c.expires_at
    WHERE u.id = c.id;
    PERFORM loyalty_coupon_step(c, before, 'code', NULL, (ask->>'actor_id')::bigint, at, at,
        tells, 'claimed',
        jsonb_build_object('expires_at', loyalty_coupon_instant(c.expires_at)));
    RETURN jsonb_build_object('id', c.id);
END
$$;

-- A member gives a coupon to a friend: another code with the same life, and the old one is void.
-- It counts for both: a friend who had as many as one may have gets no more.
CREATE OR REPLACE FUNCTION loyalty_coupon_transfer(ask jsonb, at timestamptz, tells jsonb)
RETURNS jsonb
LANGUAGE plpgsql AS $$
DECLARE
    old loyalty_coupon;
    c loyalty_coupon;
    t loyalty_coupontype;
    zone text := ask->>'zone';
    wanted text := ask->>'code';
    giver bigint := (ask->>'from_member_id')::bigint;
    friend bigint := (ask->>'to_member_id')::bigint;
    why text;
BEGIN
    PERFORM loyalty_coupon_member(least(giver, friend));
    PERFORM loyalty_coupon_member(greatest(giver, friend));
    giver := loyalty_coupon_member(giver);
    friend := loyalty_coupon_member(friend);
    IF giver IS NULL OR friend IS NULL THEN
        RETURN loyalty_coupon_no(wanted, 'member_not_found', NULL);
    END IF;
    SELECT * INTO old FROM loyalty_coupon u WHERE u.code = wanted FOR NO KEY UPDATE;
    SELECT * INTO t FROM loyalty_coupontype y WHERE y.id = old.type_id FOR KEY SHARE;
    SELECT * INTO c FROM loyalty_coupon u WHERE u.key = ask->>'key';
    IF c.id IS NOT NULL THEN
        RETURN jsonb_build_object('id', c.id, 'repeat', true);
    END IF;
    why := CASE
        WHEN old.id IS NULL THEN 'coupon_not_found'
        WHEN old.member_id IS DISTINCT FROM giver THEN 'coupon_not_yours'
        WHEN old.state = 'VOID' OR loyalty_coupon_batch_void(old, at) THEN 'coupon_void'
        WHEN old.state = 'REDEEMED' THEN 'coupon_redeemed'
        WHEN old.state = 'EXPIRED' OR old.expires_at <= at THEN 'coupon_expired'
        WHEN old.state = 'LOCKED' AND old.locked_until > at THEN 'coupon_locked'
        WHEN NOT t.is_transferable THEN 'coupon_not_transferable'
        WHEN giver = friend THEN 'coupon_same_member'
        ELSE loyalty_coupon_count(t.id, 'member:' || friend, (at AT TIME ZONE zone)::date,
            t.limit_member, NULL) END;
    IF why IS NOT NULL THEN
        RETURN loyalty_coupon_no(wanted, why, NULL);
    END IF;

    c := old;
    c.state := 'CLAIMED';
    c.key := ask->>'key';
    c.member_id := friend;
    c.holder := 'member:' || friend;
    c.claimed_at := at;
    c.locked_source := '';
    c.locked_for := '';
    c.locked_until := NULL;
    c := loyalty_coupon_insert(c, ARRAY(SELECT jsonb_array_elements_text(ask->'codes')));
    IF c.id IS NULL THEN
        RAISE EXCEPTION 'loyalty_coupon_key_taken' USING ERRCODE = 'RC002';
    END IF;
    UPDATE loyalty_coupon u
    SET state = 'VOID', reserved_amount = 0, ended_at = at, end_reason = 'transferred',
        replaced_by_id = c.id
    WHERE u.id = old.id;
    PERFORM loyalty_coupon_step(c, '', 'received', NULL, NULL, at, at, tells, 'transferred',
        jsonb_build_object('other_coupon', old.uid, 'is_received', true));
    why := old.state;
    old.state := 'VOID';
    PERFORM loyalty_coupon_step(old, why, 'transferred', NULL, NULL, at, at, tells,
        'transferred', jsonb_build_object('other_coupon', c.uid, 'is_received', false));
    RETURN jsonb_build_object('id', c.id);
END
$$;
