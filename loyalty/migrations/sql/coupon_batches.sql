-- Codes made at once.

-- Codes of a batch: as many as `codes` names, less those that somebody has (they are made anew).
-- Gives how many, or a refusal. All of them take stock and budget, or none.
CREATE OR REPLACE FUNCTION loyalty_coupons_make(
    of_batch bigint, codes text[], at timestamptz, zone text
) RETURNS jsonb
LANGUAGE plpgsql AS $$
DECLARE
    b loyalty_couponbatch;
    t loyalty_coupontype;
    begins timestamptz;
    ends timestamptz;
    cost bigint;
    n bigint := cardinality(codes);
    made int;
    why text;
BEGIN
    SELECT * INTO b FROM loyalty_couponbatch u WHERE u.id = of_batch FOR NO KEY UPDATE;
    SELECT * INTO t FROM loyalty_coupontype y WHERE y.id = b.type_id FOR KEY SHARE;
    cost := loyalty_coupon_cost(t);
    why := CASE WHEN b.voided_at IS NOT NULL THEN 'coupon_void'
                ELSE loyalty_coupon_closed(t, 'GRANT', at) END;
    IF why IS NULL THEN
        PERFORM loyalty_coupon_pools_lock(t.id);
        IF NOT loyalty_pool_take('coupon:' || t.id || ':amount', cost * n, 0) THEN
            why := 'coupon_budget';
        ELSIF NOT loyalty_pool_take('coupon:' || t.id || ':count', n, 0) THEN
            PERFORM loyalty_pool_give('coupon:' || t.id || ':amount', cost * n, 0);
            why := 'coupon_stock';
        END IF;
    END IF;
    IF why IS NOT NULL THEN
        RETURN loyalty_coupon_no('', why, jsonb_build_object('type', t.code));
    END IF;
    SELECT l.begins, l.ends INTO begins, ends FROM loyalty_coupon_life(t, NULL, zone) l;
    WITH new_rows AS (
        INSERT INTO loyalty_coupon
            (uid, type_id, code, state, origin, batch_id, holder, issued_at, valid_from,
             expires_at, locked_source, locked_for, redeemed_source, redeemed_for,
             reserved_amount, discount_amount, end_reason)
        SELECT uuidv7(), t.id, x.code, 'ISSUED', 'BATCH', b.id, '', at, begins, ends,
               '', '', '', '', cost, 0, ''
        FROM unnest(codes) x(code)
        ON CONFLICT (code) DO NOTHING
        RETURNING id
    ), moves AS (
        INSERT INTO loyalty_couponmove
            (coupon_id, from_state, to_state, reason, actor_id, occurred_at, recorded_at)
        SELECT r.id, '', 'ISSUED', 'batch', b.actor_id, at, at FROM new_rows r
    )
    SELECT count(*) INTO made FROM new_rows;
    PERFORM loyalty_coupon_pools_give(t.id, cost * (n - made), (n - made)::int, 0);
    UPDATE loyalty_couponbatch u SET made_count = u.made_count + made WHERE u.id = of_batch;
    RETURN jsonb_build_object('made', made);
END
$$;
