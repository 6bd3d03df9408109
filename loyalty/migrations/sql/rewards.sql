-- Rewards: what they cost is fixed once they are live; stock and limits hold under any number of
-- members at once. Pools and uses: see pools.sql.

-- What members were told of a live reward stays; only its words, place and stock change.
CREATE OR REPLACE FUNCTION loyalty_reward_guard() RETURNS trigger
LANGUAGE plpgsql AS $$
DECLARE
    may text[] := ARRAY['name_zh', 'name_en', 'description_zh', 'description_en', 'image_url',
                        'position', 'stock_count', 'state'];
BEGIN
    IF OLD.state = 'DRAFT' THEN
        RETURN CASE WHEN TG_OP = 'DELETE' THEN OLD ELSE NEW END;
    END IF;
    IF TG_OP = 'DELETE' THEN
        RAISE EXCEPTION 'reward % has been live: it stays', OLD.code
            USING ERRCODE = 'restrict_violation', CONSTRAINT = 'reward_stays';
    END IF;
    IF to_jsonb(OLD) - may <> to_jsonb(NEW) - may
        OR (OLD.state, NEW.state) NOT IN
            (('LIVE', 'LIVE'), ('LIVE', 'STOPPED'), ('STOPPED', 'STOPPED'))
    THEN
        RAISE EXCEPTION 'reward % is live: make another one', OLD.code
            USING ERRCODE = 'check_violation', CONSTRAINT = 'reward_is_live';
    END IF;
    RETURN NEW;
END
$$;
DROP TRIGGER IF EXISTS guard ON loyalty_reward;
CREATE TRIGGER guard BEFORE UPDATE OR DELETE ON loyalty_reward
    FOR EACH ROW EXECUTE FUNCTION loyalty_reward_guard();

CREATE OR REPLACE FUNCTION loyalty_reward_parts_guard() RETURNS trigger
LANGUAGE plpgsql AS $$
DECLARE
    of_reward bigint := CASE WHEN TG_OP = 'DELETE' THEN OLD.reward_id ELSE NEW.reward_id END;
BEGIN
    IF EXISTS (SELECT FROM loyalty_reward r WHERE r.id = of_reward AND r.state <> 'DRAFT') THEN
        RAISE EXCEPTION 'the reward is live: make another one'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'reward_is_live';
    END IF;
    RETURN CASE WHEN TG_OP = 'DELETE' THEN OLD ELSE NEW END;
END
$$;
DROP TRIGGER IF EXISTS guard ON loyalty_reward_stores;
CREATE TRIGGER guard BEFORE INSERT OR UPDATE OR DELETE ON loyalty_reward_stores
    FOR EACH ROW EXECUTE FUNCTION loyalty_reward_parts_guard();
DROP TRIGGER IF EXISTS guard ON loyalty_rewardtier;
CREATE TRIGGER guard BEFORE INSERT OR UPDATE OR DELETE ON loyalty_rewardtier
    FOR EACH ROW EXECUTE FUNCTION loyalty_reward_parts_guard();

-- So many more uses by a person, all or none; null: no limit, still counted.
CREATE OR REPLACE FUNCTION loyalty_uses_take(used_key text, who text, pieces bigint, most bigint)
RETURNS boolean
LANGUAGE plpgsql AS $$
BEGIN
    IF most IS NOT NULL AND most < pieces THEN
        RETURN false;
    END IF;
    INSERT INTO loyalty_pooluse (key, holder, used) VALUES (used_key, who, pieces)
    ON CONFLICT (holder, key) DO UPDATE SET used = loyalty_pooluse.used + pieces
        WHERE most IS NULL OR loyalty_pooluse.used + pieces <= most;
    RETURN FOUND;
END
$$;

-- Why a member can't have so many pieces of a reward; '' where they are theirs now. The reward is
-- locked for those who change its stock, the person's limit comes before the pool.
CREATE OR REPLACE FUNCTION loyalty_reward_take(
    of_reward bigint, used_key text, who text, pieces bigint, most bigint, own int
) RETURNS text
LANGUAGE plpgsql AS $$
DECLARE
    found_state text;
BEGIN
    SELECT r.state INTO found_state FROM loyalty_reward r WHERE r.id = of_reward FOR SHARE;
    IF found_state IS DISTINCT FROM 'LIVE' THEN
        RETURN 'reward_stopped';
    END IF;
    IF NOT loyalty_uses_take(used_key, who, pieces, most) THEN
        RETURN 'reward_limit';
    END IF;
    IF NOT loyalty_pool_take('reward:' || of_reward || ':count', pieces, own) THEN
        RETURN 'reward_stock';
    END IF;
    RETURN '';
END
$$;

-- The pieces of a redemption that came to nothing, in the same order and behind the same lock of
-- the reward: a pool that is being opened counts them as standing, or as back, but not as neither.
CREATE OR REPLACE FUNCTION loyalty_reward_give(
    of_reward bigint, used_key text, who text, pieces bigint, own int
) RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
    PERFORM FROM loyalty_reward r WHERE r.id = of_reward FOR SHARE;
    UPDATE loyalty_pooluse u SET used = greatest(u.used - pieces, 0)
    WHERE u.key = used_key AND u.holder = who;
    PERFORM loyalty_pool_give('reward:' || of_reward || ':count', pieces, own);
END
$$;

-- The pool follows the reward's own figure, less what stands: behind the reward's lock, so that
-- nobody takes one meanwhile. How many stand, where the figure is below that; else null.
CREATE OR REPLACE FUNCTION loyalty_reward_fill(of_reward bigint) RETURNS bigint
LANGUAGE plpgsql AS $$
DECLARE
    r loyalty_reward;
    standing bigint;
BEGIN
    SELECT * INTO r FROM loyalty_reward y WHERE y.id = of_reward FOR UPDATE;
    PERFORM loyalty_pool_lock('reward:' || of_reward || ':count');
    SELECT coalesce(sum(d.quantity), 0) INTO standing FROM loyalty_redemption d
    WHERE d.reward_id = of_reward AND d.state IN ('REQUESTED', 'READY', 'FULFILLED');
    IF r.stock_count < standing THEN
        RETURN standing;
    END IF;
    PERFORM loyalty_pool_fill('reward:' || of_reward || ':count', r.stock_count - standing);
    RETURN NULL;
END
$$;

-- Steps of redemptions are history.
DROP TRIGGER IF EXISTS refuse_truncate ON loyalty_redemptionmove;
CREATE TRIGGER refuse_truncate BEFORE TRUNCATE ON loyalty_redemptionmove
    FOR EACH STATEMENT EXECUTE FUNCTION loyalty_refuse_truncate();

SELECT members_track_changes('loyalty_reward');
SELECT members_track_changes('loyalty_reward_stores', 'reward_id');
SELECT members_track_changes('loyalty_rewardtier', 'reward_id');
