-- Many coupons locked, or redeemed, in one statement.

-- One ask from the beginning, behind the locks: what it means now, judged and done.
CREATE OR REPLACE FUNCTION loyalty_coupon_use(
    ask jsonb, is_lock boolean, zone text, at timestamptz, tells jsonb
) RETURNS jsonb
LANGUAGE plpgsql AS $$
DECLARE
    t loyalty_coupontype;
    c loyalty_coupon;
    public_type bigint;
    judged jsonb;
BEGIN
    SELECT p.id INTO public_type FROM loyalty_coupontype p WHERE p.public_code = ask->>'code';
    SELECT * INTO c FROM loyalty_coupon u
    WHERE u.id = loyalty_coupon_find(ask, public_type, is_lock, at) FOR NO KEY UPDATE;
    SELECT * INTO t FROM loyalty_coupontype y WHERE y.id = coalesce(c.type_id, public_type)
    FOR KEY SHARE;
    judged := loyalty_coupon_judge(ask, t, c.id, is_lock, zone, at, tells);
    IF judged->>'why' IS NOT NULL OR (judged->>'repeats')::boolean THEN
        RETURN judged;
    END IF;
    SELECT * INTO c FROM loyalty_coupon u WHERE u.id = (judged->>'coupon_id')::bigint;
    RETURN loyalty_coupon_apply(ask, t, c, is_lock, zone, at, tells);
END
$$;

-- Locks (`is_lock`) or redeems. `asks`: n, code, member_id, holder, source, external_id, store_id,
-- occurred_at, discount_amount, order_id, minutes, actor_id, codes (for a row of a public code).
-- Gives one answer for each: n, coupon_id, type_id, type_code, kind, multiplier_percent,
-- locked_until, why.
--
-- First all coupons in the order of their ids, then limits of people, then stock and budgets, type
-- by type. Only who brings the same coupon twice in one call comes after that.
CREATE OR REPLACE FUNCTION loyalty_coupons_use(
    asks jsonb, is_lock boolean, zone text, at timestamptz, tells jsonb
) RETURNS jsonb
LANGUAGE plpgsql
SET enable_seqscan = off
AS $$
DECLARE
    one record;
    t loyalty_coupontype;
    c loyalty_coupon;
    ids bigint[];
    judged jsonb := '[]';
    answers jsonb := '[]';
    told jsonb;
    type_before bigint := 0;
BEGIN
    SELECT array_agg(loyalty_coupon_find(a.ask, p.id, is_lock, at)) INTO ids
    FROM jsonb_array_elements(asks) a(ask)
    LEFT JOIN loyalty_coupontype p ON p.public_code = a.ask->>'code';
    PERFORM FROM loyalty_coupon u WHERE u.id = ANY(ids) ORDER BY u.id FOR NO KEY UPDATE;

    -- What was waited for above is read anew.
    FOR one IN
        SELECT s.*, s.n <> min(s.n) OVER (PARTITION BY s.means) AS follows
        FROM (
            SELECT a.ask, (a.ask->>'n')::int AS n, f.id AS coupon_id,
                   coalesce(u.type_id, p.id) AS type_id,
                   coalesce(f.id::text, loyalty_coupon_use_key(a.ask->>'source',
                       a.ask->>'external_id', coalesce(p.id, -(a.ask->>'n')::bigint))) AS means
            FROM jsonb_array_elements(asks) a(ask)
            LEFT JOIN loyalty_coupontype p ON p.public_code = a.ask->>'code'
            CROSS JOIN LATERAL (
                SELECT loyalty_coupon_find(a.ask, p.id, is_lock, at) AS id) f
            LEFT JOIN loyalty_coupon u ON u.id = f.id
        ) s
        ORDER BY s.type_id NULLS FIRST, s.ask->>'holder', s.n
    LOOP
        SELECT * INTO t FROM loyalty_coupontype y WHERE y.id = one.type_id FOR KEY SHARE;
        told := jsonb_build_object('n', one.n, 'type_id', one.type_id, 'follows', true);
        IF NOT one.follows THEN
            told := loyalty_coupon_judge(one.ask, t, one.coupon_id, is_lock, zone, at, tells);
        END IF;
        judged := judged || jsonb_build_array(told || jsonb_build_object('ask', one.ask));
    END LOOP;

    FOR one IN
        SELECT j.told, j.told->'ask' AS ask, j.told->>'why' AS why,
               (j.told->>'type_id')::bigint AS type_id,
               (j.told->>'coupon_id')::bigint AS coupon_id,
               coalesce((j.told->>'repeats')::boolean, false) AS repeats,
               coalesce((j.told->>'follows')::boolean, false) AS follows,
               count(*) FILTER (WHERE j.told->>'why' IS NULL)
                   OVER (PARTITION BY j.told->'type_id') AS many
        FROM jsonb_array_elements(judged) j(told)
        ORDER BY 4 NULLS FIRST, 7, (j.told->>'n')::int
    LOOP
        SELECT * INTO t FROM loyalty_coupontype y WHERE y.id = one.type_id;
        IF one.why IS NULL AND one.many > 1 AND one.type_id <> type_before THEN
            PERFORM loyalty_coupon_pools_lock(one.type_id);
            type_before := one.type_id;
        END IF;
        told := jsonb_build_object('why', one.why, 'coupon_id', one.coupon_id);
        IF one.follows THEN
            told := '{"again": true}';
        ELSIF one.why IS NULL AND NOT one.repeats THEN
            SELECT * INTO c FROM loyalty_coupon u WHERE u.id = one.coupon_id;
            told := loyalty_coupon_apply(one.ask, t, c, is_lock, zone, at, tells);
        END IF;
        IF told ? 'again' THEN
            told := loyalty_coupon_use(one.ask, is_lock, zone, at, tells);
        END IF;
        answers := answers || jsonb_build_array(jsonb_build_object('n', one.told->'n',
            'type_id', t.id, 'type_code', coalesce(t.code, ''), 'kind', coalesce(t.kind, ''),
            'multiplier_percent', CASE WHEN t.kind = 'MULTIPLIER'
                                       THEN t.multiplier_percent ELSE 100 END,
            'why', told->'why', 'coupon_id', told->'coupon_id',
            'locked_until', told->'locked_until'));
    END LOOP;
    RETURN answers;
END
$$;
