-- What recommending brings is fixed once it is live: a second person approved it, and members were
-- promised it.
CREATE OR REPLACE FUNCTION loyalty_referral_program_guard() RETURNS trigger
LANGUAGE plpgsql AS $$
DECLARE
    -- What may change: words, the link, what is looked at first, and that it was stopped.
    may text[] := ARRAY['name_zh', 'name_en', 'link_url', 'device_limit', 'hour_limit',
                        'invitations_day', 'state', 'stopped_at'];
BEGIN
    IF OLD.state = 'DRAFT' THEN
        RETURN CASE WHEN TG_OP = 'DELETE' THEN OLD ELSE NEW END;
    END IF;
    IF TG_OP = 'DELETE' THEN
        RAISE EXCEPTION 'referral programme % has been live: it stays', OLD.code
            USING ERRCODE = 'restrict_violation', CONSTRAINT = 'referral_program_stays';
    END IF;
    IF to_jsonb(OLD) - may <> to_jsonb(NEW) - may
        OR (OLD.state, NEW.state) NOT IN
            (('LIVE', 'LIVE'), ('LIVE', 'STOPPED'), ('STOPPED', 'STOPPED'))
    THEN
        RAISE EXCEPTION 'referral programme % is live: make another one', OLD.code
            USING ERRCODE = 'check_violation', CONSTRAINT = 'referral_program_is_live';
    END IF;
    RETURN NEW;
END
$$;
DROP TRIGGER IF EXISTS guard ON loyalty_referralprogram;
CREATE TRIGGER guard BEFORE UPDATE OR DELETE ON loyalty_referralprogram
    FOR EACH ROW EXECUTE FUNCTION loyalty_referral_program_guard();

-- Its prizes and boosts.
CREATE OR REPLACE FUNCTION loyalty_referral_parts_guard() RETURNS trigger
LANGUAGE plpgsql AS $$
DECLARE
    of_program bigint := CASE WHEN TG_OP = 'DELETE' THEN OLD.program_id ELSE NEW.program_id END;
BEGIN
    IF EXISTS (
        SELECT FROM loyalty_referralprogram p WHERE p.id = of_program AND p.state <> 'DRAFT'
    ) THEN
        RAISE EXCEPTION 'the referral programme is live: make another one'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'referral_program_is_live';
    END IF;
    RETURN CASE WHEN TG_OP = 'DELETE' THEN OLD ELSE NEW END;
END
$$;
DROP TRIGGER IF EXISTS guard ON loyalty_referralprize;
CREATE TRIGGER guard BEFORE INSERT OR UPDATE OR DELETE ON loyalty_referralprize
    FOR EACH ROW EXECUTE FUNCTION loyalty_referral_parts_guard();
DROP TRIGGER IF EXISTS guard ON loyalty_referralboost;
CREATE TRIGGER guard BEFORE INSERT OR UPDATE OR DELETE ON loyalty_referralboost
    FOR EACH ROW EXECUTE FUNCTION loyalty_referral_parts_guard();

-- Compiled programmes learn that orders are told to it from now on.
DROP TRIGGER IF EXISTS bump_version ON loyalty_referralprogram;
CREATE TRIGGER bump_version AFTER INSERT OR UPDATE OR DELETE ON loyalty_referralprogram
    FOR EACH STATEMENT EXECUTE FUNCTION loyalty_bump_current();

SELECT members_track_changes('loyalty_referralprogram');
SELECT members_track_changes('loyalty_referralprize', 'program_id');
SELECT members_track_changes('loyalty_referralboost', 'program_id');
