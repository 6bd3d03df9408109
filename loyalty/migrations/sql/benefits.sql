-- What a benefit promises, and to whom, is fixed once it is live: a second person approved it.
CREATE OR REPLACE FUNCTION loyalty_benefit_guard() RETURNS trigger
LANGUAGE plpgsql AS $$
DECLARE
    -- What may change: words, the place in lists, and that it was stopped.
    may text[] := ARRAY['name_zh', 'name_en', 'description_zh', 'description_en', 'priority',
                        'state', 'stopped_at'];
BEGIN
    IF OLD.state = 'DRAFT' THEN
        RETURN CASE WHEN TG_OP = 'DELETE' THEN OLD ELSE NEW END;
    END IF;
    IF TG_OP = 'DELETE' THEN
        RAISE EXCEPTION 'benefit % has been live: it stays', OLD.code
            USING ERRCODE = 'restrict_violation', CONSTRAINT = 'benefit_stays';
    END IF;
    IF to_jsonb(OLD) - may <> to_jsonb(NEW) - may
        OR (OLD.state, NEW.state) NOT IN
            (('LIVE', 'LIVE'), ('LIVE', 'STOPPED'), ('STOPPED', 'STOPPED'))
    THEN
        RAISE EXCEPTION 'benefit % is live: make another one', OLD.code
            USING ERRCODE = 'check_violation', CONSTRAINT = 'benefit_is_live';
    END IF;
    RETURN NEW;
END
$$;
DROP TRIGGER IF EXISTS guard ON loyalty_benefit;
CREATE TRIGGER guard BEFORE UPDATE OR DELETE ON loyalty_benefit
    FOR EACH ROW EXECUTE FUNCTION loyalty_benefit_guard();

-- The rules and the stores of a benefit.
CREATE OR REPLACE FUNCTION loyalty_benefit_parts_guard() RETURNS trigger
LANGUAGE plpgsql AS $$
DECLARE
    of_benefit bigint := CASE WHEN TG_OP = 'DELETE' THEN OLD.benefit_id ELSE NEW.benefit_id END;
BEGIN
    IF EXISTS (SELECT FROM loyalty_benefit b WHERE b.id = of_benefit AND b.state <> 'DRAFT') THEN
        RAISE EXCEPTION 'the benefit is live: make another one'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'benefit_is_live';
    END IF;
    RETURN CASE WHEN TG_OP = 'DELETE' THEN OLD ELSE NEW END;
END
$$;
DROP TRIGGER IF EXISTS guard ON loyalty_benefitrule;
CREATE TRIGGER guard BEFORE INSERT OR UPDATE OR DELETE ON loyalty_benefitrule
    FOR EACH ROW EXECUTE FUNCTION loyalty_benefit_parts_guard();
DROP TRIGGER IF EXISTS guard ON loyalty_benefit_stores;
CREATE TRIGGER guard BEFORE INSERT OR UPDATE OR DELETE ON loyalty_benefit_stores
    FOR EACH ROW EXECUTE FUNCTION loyalty_benefit_parts_guard();

-- Benefits are part of what a cart costs: compiled programmes learn that one went live, or stopped.
DROP TRIGGER IF EXISTS bump_version ON loyalty_benefit;
CREATE TRIGGER bump_version AFTER INSERT OR UPDATE OR DELETE ON loyalty_benefit
    FOR EACH STATEMENT EXECUTE FUNCTION loyalty_bump_current();

SELECT members_track_changes('loyalty_benefit');
SELECT members_track_changes('loyalty_benefitrule', 'benefit_id');
SELECT members_track_changes('loyalty_benefit_stores', 'benefit_id');
SELECT members_track_changes('loyalty_benefitweight');
