-- Four eyes, for whoever writes past the services too: what was asked for stays as it was, and is
-- decided once. That maker and checker differ is a constraint of the table.
CREATE OR REPLACE FUNCTION members_guard_approval() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    held bytea;
BEGIN
    IF TG_OP = 'DELETE' THEN
        RAISE EXCEPTION 'a request for approval is never deleted' USING ERRCODE = '23514';
    END IF;
    IF TG_OP = 'INSERT' THEN
        IF NEW.status <> 'PENDING' OR NEW.checker_id IS NOT NULL OR NEW.decided_at IS NOT NULL THEN
            RAISE EXCEPTION 'a request for approval begins undecided' USING ERRCODE = '23514';
        END IF;
        RETURN NEW;
    END IF;
    -- A rotation of keys seals the same text anew (`resealed.sql`).
    held := CASE WHEN members_resealed(OLD.payload, NEW.payload)
                 THEN NEW.payload ELSE OLD.payload END;
    IF (NEW.id, NEW.uid, NEW.action, NEW.target_type, NEW.target_id, NEW.target_version,
        NEW.maker_id, NEW.created_at, NEW.expires_at, NEW.member_id)
       IS DISTINCT FROM
       (OLD.id, OLD.uid, OLD.action, OLD.target_type, OLD.target_id, OLD.target_version,
        OLD.maker_id, OLD.created_at, OLD.expires_at, OLD.member_id)
    THEN
        RAISE EXCEPTION 'what was asked for can''t be changed' USING ERRCODE = '23514';
    END IF;
    IF OLD.status = 'PENDING' THEN
        IF (NEW.payload, NEW.summary, NEW.reason)
           IS DISTINCT FROM (held, OLD.summary, OLD.reason) THEN
            RAISE EXCEPTION 'what was asked for can''t be changed' USING ERRCODE = '23514';
        END IF;
        -- Withdrawn, outdated and expired ones have no checker.
        IF NEW.status NOT IN ('APPROVED', 'REJECTED') AND NEW.checker_id IS NOT NULL THEN
            RAISE EXCEPTION 'only a decision has a checker' USING ERRCODE = '23514';
        END IF;
        -- Without a checker, or with the maker as one, the table's own constraints refuse it.
        IF NEW.checker_id IS NULL OR NEW.checker_id = NEW.maker_id THEN
            RETURN NEW;
        END IF;
        IF NEW.status = 'APPROVED' AND NEW.decided_at >= OLD.expires_at THEN
            RAISE EXCEPTION 'the request waited too long' USING ERRCODE = '23514';
        END IF;
        IF NOT EXISTS (
            SELECT 1 FROM members_user u WHERE u.id = NEW.checker_id AND u.is_active) THEN
            RAISE EXCEPTION 'the checker doesn''t work here' USING ERRCODE = '23514';
        END IF;
        RETURN NEW;
    END IF;
    IF (NEW.status, NEW.checker_id, NEW.decided_at)
       IS DISTINCT FROM (OLD.status, OLD.checker_id, OLD.decided_at) THEN
        RAISE EXCEPTION 'a request for approval is decided once' USING ERRCODE = '23514';
    END IF;
    -- Once it is decided, an erasure may empty what it said of a person, and take a card number out
    -- of its summary; of an adjustment the summary is the points, by which the ledger knows it.
    IF (NEW.payload IS DISTINCT FROM held AND NEW.payload IS NOT NULL)
       OR (NEW.summary <> OLD.summary AND OLD.action = 'loyalty.points.adjust')
       OR (NEW.reason <> OLD.reason AND NEW.reason <> '')
       OR (NEW.note <> OLD.note AND NEW.note <> '') THEN
        RAISE EXCEPTION 'what was asked for can''t be changed' USING ERRCODE = '23514';
    END IF;
    RETURN NEW;
END
$$;
DROP TRIGGER IF EXISTS guard ON members_approvalrequest;
CREATE TRIGGER guard BEFORE INSERT OR UPDATE OR DELETE ON members_approvalrequest
    FOR EACH ROW EXECUTE FUNCTION members_guard_approval();
