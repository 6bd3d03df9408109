-- What campaigns listen to is compiled with the programme: a process sees at its next order that
-- one began, changed or is over.
CREATE OR REPLACE FUNCTION campaigns_bump_listening() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'INSERT' AND NEW.version_id IS NULL THEN
        RETURN NULL;
    END IF;
    IF TG_OP = 'UPDATE' AND (
        (OLD.version_id IS NULL AND NEW.version_id IS NULL)
        OR (OLD.state, OLD.version_id, OLD.entry, OLD.entry_rule, OLD.starts_at, OLD.ends_at)
            IS NOT DISTINCT FROM
           (NEW.state, NEW.version_id, NEW.entry, NEW.entry_rule, NEW.starts_at, NEW.ends_at)
    ) THEN
        RETURN NULL;
    END IF;
    UPDATE loyalty_program SET version = version + 1 WHERE is_current;
    RETURN NULL;
END
$$;
DROP TRIGGER IF EXISTS campaigns_listening ON campaigns_campaign;
CREATE TRIGGER campaigns_listening
    AFTER INSERT OR UPDATE OF state, version_id, entry, entry_rule, starts_at, ends_at
    ON campaigns_campaign
    FOR EACH ROW EXECUTE FUNCTION campaigns_bump_listening();
