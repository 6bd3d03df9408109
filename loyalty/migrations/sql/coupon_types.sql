-- What a coupon is worth is fixed once its type is live: coupons are in people's hands.
CREATE OR REPLACE FUNCTION loyalty_coupon_type_guard() RETURNS trigger
LANGUAGE plpgsql AS $$
DECLARE
    -- What may change: names, how many, how much, and that it was stopped.
    may text[] := ARRAY['name_zh', 'name_en', 'stock_count', 'budget_amount', 'state',
                        'stopped_at'];
BEGIN
    IF OLD.state = 'DRAFT' THEN
        RETURN CASE WHEN TG_OP = 'DELETE' THEN OLD ELSE NEW END;
    END IF;
    IF TG_OP = 'DELETE' THEN
        RAISE EXCEPTION 'coupon type % has been live: it stays', OLD.code
            USING ERRCODE = 'restrict_violation', CONSTRAINT = 'coupon_type_stays';
    END IF;
    IF to_jsonb(OLD) - may <> to_jsonb(NEW) - may
        OR (OLD.state, NEW.state) NOT IN
            (('LIVE', 'LIVE'), ('LIVE', 'STOPPED'), ('STOPPED', 'STOPPED'))
    THEN
        RAISE EXCEPTION 'coupon type % is live: make another one', OLD.code
            USING ERRCODE = 'check_violation', CONSTRAINT = 'coupon_type_is_live';
    END IF;
    RETURN NEW;
END
$$;
DROP TRIGGER IF EXISTS guard ON loyalty_coupontype;
CREATE TRIGGER guard BEFORE UPDATE OR DELETE ON loyalty_coupontype
    FOR EACH ROW EXECUTE FUNCTION loyalty_coupon_type_guard();

CREATE OR REPLACE FUNCTION loyalty_coupon_stores_guard() RETURNS trigger
LANGUAGE plpgsql AS $$
DECLARE
    of_type bigint := CASE WHEN TG_OP = 'DELETE' THEN OLD.coupontype_id
                           ELSE NEW.coupontype_id END;
BEGIN
    IF EXISTS (SELECT FROM loyalty_coupontype t WHERE t.id = of_type AND t.state <> 'DRAFT') THEN
        RAISE EXCEPTION 'the coupon type is live: make another one'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'coupon_type_is_live';
    END IF;
    RETURN CASE WHEN TG_OP = 'DELETE' THEN OLD ELSE NEW END;
END
$$;
DROP TRIGGER IF EXISTS guard ON loyalty_coupontype_stores;
CREATE TRIGGER guard BEFORE INSERT OR UPDATE OR DELETE ON loyalty_coupontype_stores
    FOR EACH ROW EXECUTE FUNCTION loyalty_coupon_stores_guard();

-- Stock and budget follow the type's own figures, less what is used: whoever changes them, and
-- behind the type's lock, so that nobody takes one meanwhile.
CREATE OR REPLACE FUNCTION loyalty_coupon_type_fill(of_type bigint) RETURNS jsonb
LANGUAGE plpgsql AS $$
DECLARE
    t loyalty_coupontype;
    used_count bigint;
    used_amount bigint;
BEGIN
    SELECT * INTO t FROM loyalty_coupontype y WHERE y.id = of_type FOR UPDATE;
    PERFORM loyalty_coupon_pools_lock(of_type);
    SELECT count(*) FILTER (WHERE u.state NOT IN ('EXPIRED', 'VOID') AND u.end_reason <> 'late'),
           coalesce(sum(u.reserved_amount), 0)
    INTO used_count, used_amount
    FROM loyalty_coupon u WHERE u.type_id = of_type;
    IF t.stock_count < used_count OR t.budget_amount < used_amount THEN
        RETURN jsonb_build_object('used_count', used_count, 'used_amount', used_amount);
    END IF;
    PERFORM loyalty_pool_fill('coupon:' || of_type || ':count', t.stock_count - used_count);
    PERFORM loyalty_pool_fill('coupon:' || of_type || ':amount', t.budget_amount - used_amount);
    RETURN NULL;
END
$$;
