-- How coupons come back and end: let go, returned with their order, void.

-- Lets go of what is locked for this order. Gives id, code and state of each of `codes`.
CREATE OR REPLACE FUNCTION loyalty_coupons_release(
    codes text[], for_source text, for_order text, zone text, at timestamptz
) RETURNS jsonb
LANGUAGE plpgsql AS $$
DECLARE
    c loyalty_coupon;
    ids bigint[];
    answers jsonb := '[]';
    asked text;
BEGIN
    SELECT array_agg(f.id) INTO ids FROM (
        SELECT u.id FROM loyalty_coupon u WHERE u.code = ANY(codes)
        UNION ALL
        SELECT u.id FROM loyalty_coupontype p JOIN loyalty_coupon u
            ON u.type_id = p.id AND u.state = 'LOCKED'
            AND u.locked_source = for_source AND u.locked_for = for_order
        WHERE p.public_code = ANY(codes)) f;
    PERFORM FROM loyalty_coupon u WHERE u.id = ANY(ids) ORDER BY u.id FOR NO KEY UPDATE;
    PERFORM FROM loyalty_coupontype t
    WHERE t.id IN (SELECT u.type_id FROM loyalty_coupon u WHERE u.id = ANY(ids))
    ORDER BY t.id FOR KEY SHARE;
    FOR c IN SELECT * FROM loyalty_coupon u WHERE u.id = ANY(ids) ORDER BY u.type_id, u.id LOOP
        IF c.state = 'LOCKED' AND c.locked_source = for_source AND c.locked_for = for_order THEN
            c := loyalty_coupon_unlock(c, zone, 'released', true, at);
        END IF;
        SELECT coalesce(max(p.public_code), c.code) INTO asked
        FROM loyalty_coupontype p
        WHERE p.id = c.type_id AND p.public_code = ANY(codes) AND c.code <> ALL(codes);
        answers := answers || jsonb_build_array(jsonb_build_object(
            'id', c.id, 'code', asked, 'state', c.state, 'expires_at', c.expires_at));
    END LOOP;
    RETURN answers;
END
$$;

-- After a full refund of an order. Its coupons are used no more, so that a second call finds none.
CREATE OR REPLACE FUNCTION loyalty_coupons_give_back(
    of_order bigint, zone text, at timestamptz, tells jsonb
) RETURNS jsonb
LANGUAGE plpgsql AS $$
DECLARE
    c loyalty_coupon;
    t loyalty_coupontype;
    ids bigint[];
    more bigint;
    asked text;
    answers jsonb := '[]';
BEGIN
    SELECT array_agg(f.id) INTO ids FROM (
        SELECT u.id FROM loyalty_coupon u WHERE u.order_id = of_order AND u.state = 'REDEEMED'
        ORDER BY u.id FOR NO KEY UPDATE) f;
    FOR c IN SELECT * FROM loyalty_coupon u WHERE u.id = ANY(ids) ORDER BY u.type_id, u.id LOOP
        SELECT * INTO t FROM loyalty_coupontype y WHERE y.id = c.type_id FOR KEY SHARE;
        asked := c.code;
        IF c.member_id IS NOT NULL AND t.validity = 'DAYS' AND c.claimed_at IS NOT NULL
           AND c.expires_at IS NOT DISTINCT FROM t.claim_until
        THEN
            -- Used without being claimed: its days count from the use, now that it is held.
            SELECT l.begins, l.ends INTO c.valid_from, c.expires_at
            FROM loyalty_coupon_life(t, c.claimed_at, zone) l;
            UPDATE loyalty_coupon u
            SET valid_from = c.valid_from, expires_at = c.expires_at WHERE u.id = c.id;
        END IF;
        IF NOT t.returns_on_refund THEN
            -- It stays used; what it took off is not a cost any more.
            PERFORM loyalty_coupon_pools_give(t.id, c.reserved_amount, 0, (c.id % 16)::int);
            UPDATE loyalty_coupon u SET reserved_amount = 0 WHERE u.id = c.id;
        ELSIF c.expires_at <= at THEN
            c := loyalty_coupon_end(c, 'EXPIRED', 'refunded', zone, NULL, at, at, tells);
        ELSIF loyalty_coupon_batch_void(c, at) OR (c.member_id IS NULL AND c.origin = 'PUBLIC')
        THEN
            c := loyalty_coupon_end(c, 'VOID', 'refunded', zone, NULL, at, at, tells);
            asked := coalesce(t.public_code, c.code);
        ELSE
            IF c.member_id IS NULL THEN
                PERFORM loyalty_coupon_uncount(
                    t.id, c.holder, (c.claimed_at AT TIME ZONE zone)::date);
                c.holder := '';
                c.claimed_at := NULL;
            END IF;
            more := loyalty_coupon_cost(t) - c.reserved_amount;
            IF NOT loyalty_pool_take('coupon:' || t.id || ':amount', more, (c.id % 16)::int) THEN
                more := 0;
            END IF;
            c.state := CASE WHEN c.member_id IS NULL THEN 'ISSUED' ELSE 'CLAIMED' END;
            UPDATE loyalty_coupon u
            SET state = c.state, holder = c.holder, claimed_at = c.claimed_at,
                reserved_amount = c.reserved_amount + more, redeemed_at = NULL,
                ended_at = NULL, end_reason = ''
            WHERE u.id = c.id;
            PERFORM loyalty_coupon_step(c, 'REDEEMED', 'refunded', of_order, NULL, at, at,
                tells, CASE WHEN c.member_id IS NOT NULL THEN 'returned' END,
                jsonb_build_object('order_id', of_order));
        END IF;
        IF c.state <> 'REDEEMED' THEN
            UPDATE loyalty_coupon u
            SET order_id = NULL, redeemed_source = '', redeemed_for = '', discount_amount = 0,
                key = CASE WHEN u.key LIKE 'use:%' THEN NULL ELSE u.key END
            WHERE u.id = c.id;
        END IF;
        answers := answers || jsonb_build_array(jsonb_build_object(
            'code', asked, 'state', c.state, 'expires_at', c.expires_at));
    END LOOP;
    RETURN answers;
END
$$;

-- Makes unused coupons void, as sets: stock, budget and claims go back. Locked ones too: what the
-- shop calls back is not to be had. Gives how many.
CREATE OR REPLACE FUNCTION loyalty_coupons_void(
    wanted bigint[], why text, actor bigint, zone text, at timestamptz, tells jsonb
) RETURNS int
LANGUAGE plpgsql
-- Planned for the table as it is: a worker's connection may have known it when it was empty.
SET plan_cache_mode = force_custom_plan
SET enable_seqscan = off
AS $$
DECLARE
    ids bigint[];
    one record;
BEGIN
    PERFORM FROM loyalty_coupon u WHERE u.id = ANY(wanted) ORDER BY u.id FOR NO KEY UPDATE;
    SELECT array_agg(u.id) INTO ids
    FROM unnest(wanted) w(id) JOIN loyalty_coupon u ON u.id = w.id
    WHERE u.state IN ('ISSUED', 'CLAIMED', 'LOCKED');
    IF ids IS NULL THEN
        RETURN 0;
    END IF;
    PERFORM FROM loyalty_coupontype t
    WHERE t.id IN (SELECT u.type_id FROM loyalty_coupon u WHERE u.id = ANY(ids))
    ORDER BY t.id FOR KEY SHARE;
    FOR one IN
        SELECT u.type_id, u.holder, (u.claimed_at AT TIME ZONE zone)::date AS day
        FROM loyalty_coupon u WHERE u.id = ANY(ids) AND u.holder <> ''
        ORDER BY u.holder, u.type_id, 3
    LOOP
        PERFORM loyalty_coupon_uncount(one.type_id, one.holder, one.day);
    END LOOP;
    FOR one IN
        SELECT u.type_id, sum(u.reserved_amount)::bigint AS cost, count(*)::int AS n
        FROM loyalty_coupon u WHERE u.id = ANY(ids) GROUP BY 1 ORDER BY 1
    LOOP
        PERFORM loyalty_coupon_pools_give(one.type_id, one.cost, one.n, (ids[1] % 16)::int);
    END LOOP;
    WITH ended AS (
        UPDATE loyalty_coupon u
        SET state = 'VOID', reserved_amount = 0, ended_at = at, end_reason = why,
            key = CASE WHEN u.key LIKE 'use:%' THEN NULL ELSE u.key END
        FROM unnest(ids) w(id)
        JOIN loyalty_coupon before ON before.id = w.id
        JOIN loyalty_coupontype t ON t.id = before.type_id
        WHERE u.id = w.id
        RETURNING u.id, u.uid, u.member_id, before.state, t.code
    ), moves AS (
        INSERT INTO loyalty_couponmove
            (coupon_id, member_id, from_state, to_state, reason, actor_id, occurred_at,
             recorded_at)
        SELECT e.id, e.member_id, e.state, 'VOID', why, actor, at, at FROM ended e
    ), told AS (
        INSERT INTO members_event
            (uid, type, member_id, occurred_at, recorded_at, payload, actor_id, source)
        SELECT uuidv7(), tells->'voided'->>0, e.member_id, at, at,
               jsonb_build_object('coupon', e.uid, 'coupon_type', e.code), actor, ''
        FROM ended e WHERE e.member_id IS NOT NULL
        RETURNING id
    )
    INSERT INTO members_dispatch (event_id, subscriber, state, attempts, next_at, last_error)
    SELECT e.id, s.subscriber, 'PENDING', 0, at, ''
    FROM told e CROSS JOIN LATERAL jsonb_array_elements_text(tells->'voided'->1) s(subscriber);
    RETURN cardinality(ids);
END
$$;
