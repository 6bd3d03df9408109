-- What a challenge asks and promises is fixed once it is live: a second person approved it.
CREATE OR REPLACE FUNCTION loyalty_challenge_guard() RETURNS trigger
LANGUAGE plpgsql AS $$
DECLARE
    -- What may change: words, and that it was stopped.
    may text[] := ARRAY['name_zh', 'name_en', 'description_zh', 'description_en', 'state',
                        'stopped_at'];
BEGIN
    IF OLD.state = 'DRAFT' THEN
        RETURN CASE WHEN TG_OP = 'DELETE' THEN OLD ELSE NEW END;
    END IF;
    IF TG_OP = 'DELETE' THEN
        RAISE EXCEPTION 'challenge % has been live: it stays', OLD.code
            USING ERRCODE = 'restrict_violation', CONSTRAINT = 'challenge_stays';
    END IF;
    IF to_jsonb(OLD) - may <> to_jsonb(NEW) - may
        OR (OLD.state, NEW.state) NOT IN
            (('LIVE', 'LIVE'), ('LIVE', 'STOPPED'), ('STOPPED', 'STOPPED'))
    THEN
        RAISE EXCEPTION 'challenge % is live: make another one', OLD.code
            USING ERRCODE = 'check_violation', CONSTRAINT = 'challenge_is_live';
    END IF;
    RETURN NEW;
END
$$;
DROP TRIGGER IF EXISTS guard ON loyalty_challenge;
CREATE TRIGGER guard BEFORE UPDATE OR DELETE ON loyalty_challenge
    FOR EACH ROW EXECUTE FUNCTION loyalty_challenge_guard();

CREATE OR REPLACE FUNCTION loyalty_challenge_prize_guard() RETURNS trigger
LANGUAGE plpgsql AS $$
DECLARE
    of_challenge bigint :=
        CASE WHEN TG_OP = 'DELETE' THEN OLD.challenge_id ELSE NEW.challenge_id END;
BEGIN
    IF EXISTS (SELECT FROM loyalty_challenge c WHERE c.id = of_challenge AND c.state <> 'DRAFT')
    THEN
        RAISE EXCEPTION 'the challenge is live: make another one'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'challenge_is_live';
    END IF;
    RETURN CASE WHEN TG_OP = 'DELETE' THEN OLD ELSE NEW END;
END
$$;
DROP TRIGGER IF EXISTS guard ON loyalty_challengeprize;
CREATE TRIGGER guard BEFORE INSERT OR UPDATE OR DELETE ON loyalty_challengeprize
    FOR EACH ROW EXECUTE FUNCTION loyalty_challenge_prize_guard();

-- A till's process learns with its next order that a challenge went live, or stopped: until then
-- it writes no dispatch for it.
DROP TRIGGER IF EXISTS bump_version ON loyalty_challenge;
CREATE TRIGGER bump_version AFTER INSERT OR UPDATE OR DELETE ON loyalty_challenge
    FOR EACH STATEMENT EXECUTE FUNCTION loyalty_bump_current();

SELECT members_track_changes('loyalty_challenge');
SELECT members_track_changes('loyalty_challengeprize', 'challenge_id');
SELECT members_track_changes('loyalty_badge');
