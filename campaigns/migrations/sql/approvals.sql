-- An approval is for what was approved, whoever writes the row: a campaign that is on its way and is
-- changed is paused, and needs another approval before it goes on. Here are the columns that
-- `campaign_versions.hash_of` binds; texts and gifts are kept in the version, which never changes.
CREATE OR REPLACE FUNCTION campaigns_void_approval() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    is_changed boolean :=
        ROW(
            OLD.entry, OLD.entry_rule, OLD.segment_id, OLD.condition, OLD.starts_at,
            OLD.ends_at, OLD.re_entry_days, OLD.steps, OLD.exits, OLD.goal_event,
            OLD.goal_days, OLD.is_over_at_goal, OLD.arms, OLD.control_share, OLD.salt,
            OLD.purpose, OLD.priority, OLD.quiet_from, OLD.quiet_until, OLD.expires_hours,
            OLD.cap_policy, OLD.late_policy, OLD.late_minutes, OLD.rate_per_minute,
            OLD.audience_limit, OLD.budget_amount
        ) IS DISTINCT FROM ROW(
            NEW.entry, NEW.entry_rule, NEW.segment_id, NEW.condition, NEW.starts_at,
            NEW.ends_at, NEW.re_entry_days, NEW.steps, NEW.exits, NEW.goal_event,
            NEW.goal_days, NEW.is_over_at_goal, NEW.arms, NEW.control_share, NEW.salt,
            NEW.purpose, NEW.priority, NEW.quiet_from, NEW.quiet_until, NEW.expires_hours,
            NEW.cap_policy, NEW.late_policy, NEW.late_minutes, NEW.rate_per_minute,
            NEW.audience_limit, NEW.budget_amount
        );
BEGIN
    -- The approval itself brings the version; every other one is a change.
    IF OLD.state <> 'IN_REVIEW' AND OLD.version_id IS NOT NULL
       AND NEW.version_id IS DISTINCT FROM OLD.version_id THEN
        is_changed := true;
    END IF;
    IF is_changed THEN
        NEW.approved_hash := '';
        IF NEW.state IN ('APPROVED', 'SCHEDULED', 'RUNNING') THEN
            NEW.state := 'PAUSED';
            NEW.pause_reason := 'not_as_approved';
        END IF;
    ELSIF OLD.state = 'PAUSED' AND NEW.state IN ('RUNNING', 'SCHEDULED')
          AND NEW.approved_hash = '' THEN
        RAISE EXCEPTION 'campaign % was changed since it was approved', OLD.id
            USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END
$$;
DROP TRIGGER IF EXISTS campaigns_void ON campaigns_campaign;
-- Its name comes behind `campaigns_state`, which asks whether the way is drawn.
CREATE TRIGGER campaigns_void BEFORE UPDATE ON campaigns_campaign
    FOR EACH ROW EXECUTE FUNCTION campaigns_void_approval();

-- The stores of a pilot are a table of their own.
CREATE OR REPLACE FUNCTION campaigns_void_stores() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE campaigns_campaign c SET approved_hash = '',
        pause_reason = CASE WHEN c.state IN ('APPROVED', 'SCHEDULED', 'RUNNING')
            THEN 'not_as_approved' ELSE c.pause_reason END,
        state = CASE WHEN c.state IN ('APPROVED', 'SCHEDULED', 'RUNNING')
            THEN 'PAUSED' ELSE c.state END
    WHERE c.approved_hash <> '' AND c.id = CASE TG_OP WHEN 'DELETE' THEN OLD.campaign_id
        ELSE NEW.campaign_id END;
    RETURN NULL;
END
$$;
DROP TRIGGER IF EXISTS campaigns_void_stores ON campaigns_campaign_stores;
CREATE TRIGGER campaigns_void_stores AFTER INSERT OR UPDATE OR DELETE ON campaigns_campaign_stores
    FOR EACH ROW EXECUTE FUNCTION campaigns_void_stores();

-- A campaign begins as a draft.
CREATE OR REPLACE FUNCTION campaigns_check_new() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.state <> 'DRAFT' THEN
        RAISE EXCEPTION 'a campaign begins as a draft, not as %', NEW.state
            USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END
$$;
DROP TRIGGER IF EXISTS campaigns_new ON campaigns_campaign;
CREATE TRIGGER campaigns_new BEFORE INSERT ON campaigns_campaign
    FOR EACH ROW EXECUTE FUNCTION campaigns_check_new();

-- What was frozen stays frozen, so that nobody can count anew.
CREATE OR REPLACE FUNCTION campaigns_check_frozen() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.frozen_at IS NOT NULL AND (
        NEW.frozen_at IS DISTINCT FROM OLD.frozen_at OR NEW.kind <> OLD.kind
    ) THEN
        RAISE EXCEPTION 'the audience of run % is frozen', OLD.id USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END
$$;
DROP TRIGGER IF EXISTS campaigns_run_frozen ON campaigns_run;
CREATE TRIGGER campaigns_run_frozen BEFORE UPDATE OF frozen_at, kind ON campaigns_run
    FOR EACH ROW EXECUTE FUNCTION campaigns_check_frozen();
