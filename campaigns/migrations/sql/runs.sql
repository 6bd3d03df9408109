-- A campaign goes the ways that docs/algorithms/campaigns.md draws, whoever writes the row.
CREATE OR REPLACE FUNCTION campaigns_check_state() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.state = OLD.state OR (OLD.state || '>' || NEW.state) = ANY (ARRAY[
        'DRAFT>IN_REVIEW', 'DRAFT>KILLED',
        'IN_REVIEW>APPROVED', 'IN_REVIEW>DRAFT', 'IN_REVIEW>PAUSED', 'IN_REVIEW>KILLED',
        'APPROVED>SCHEDULED', 'APPROVED>RUNNING', 'APPROVED>DRAFT', 'APPROVED>KILLED',
        'SCHEDULED>RUNNING', 'SCHEDULED>PAUSED', 'SCHEDULED>DRAFT', 'SCHEDULED>FINISHED',
        'SCHEDULED>KILLED',
        'RUNNING>PAUSED', 'RUNNING>FINISHED', 'RUNNING>KILLED',
        'PAUSED>RUNNING', 'PAUSED>SCHEDULED', 'PAUSED>IN_REVIEW', 'PAUSED>FINISHED',
        'PAUSED>KILLED'
    ]) THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'a campaign does not go from % to %', OLD.state, NEW.state
        USING ERRCODE = 'check_violation';
END
$$;
DROP TRIGGER IF EXISTS campaigns_state ON campaigns_campaign;
CREATE TRIGGER campaigns_state BEFORE UPDATE OF state ON campaigns_campaign
    FOR EACH ROW EXECUTE FUNCTION campaigns_check_state();

-- Conservation: who was frozen is still there, and everybody has ended, with the messages.
CREATE OR REPLACE FUNCTION campaigns_check_run() RETURNS trigger
LANGUAGE plpgsql AS $$
DECLARE
    enrolled bigint;
BEGIN
    IF OLD.frozen_at IS NOT NULL AND OLD.kind = 'FROZEN'
       AND NEW.members_count <> OLD.members_count THEN
        RAISE EXCEPTION 'the audience of run % is frozen', OLD.id
            USING ERRCODE = 'check_violation';
    END IF;
    IF OLD.state NOT IN ('FREEZING', 'RUNNING') AND NEW.state <> OLD.state THEN
        RAISE EXCEPTION 'run % is over', OLD.id USING ERRCODE = 'check_violation';
    END IF;
    IF NEW.state NOT IN ('FINISHED', 'KILLED') OR NEW.state = OLD.state THEN
        RETURN NEW;
    END IF;
    IF EXISTS (
        SELECT FROM campaigns_enrollment e
        WHERE e.run_id = NEW.id AND e.state IN ('FROZEN', 'WATCHING', 'ACTIVE', 'WAITING')
    ) OR EXISTS (
        SELECT FROM campaigns_delivery d
        WHERE d.run_id = NEW.id AND d.state IN ('QUEUED', 'CLAIMED')
    ) THEN
        RAISE EXCEPTION 'run % is not over: somebody is on the way', NEW.id
            USING ERRCODE = 'check_violation';
    END IF;
    SELECT count(*) INTO enrolled FROM campaigns_enrollment e WHERE e.run_id = NEW.id;
    IF NEW.kind = 'FROZEN' AND NEW.frozen_at IS NOT NULL AND enrolled <> NEW.members_count THEN
        RAISE EXCEPTION 'run % has % members of the % that were frozen',
            NEW.id, enrolled, NEW.members_count USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END
$$;
DROP TRIGGER IF EXISTS campaigns_run_whole ON campaigns_run;
CREATE TRIGGER campaigns_run_whole BEFORE UPDATE ON campaigns_run
    FOR EACH ROW EXECUTE FUNCTION campaigns_check_run();
