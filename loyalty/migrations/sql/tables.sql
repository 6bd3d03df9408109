-- Room on the page for HOT updates of the rows that every posting changes.
ALTER TABLE loyalty_account SET (fillfactor = 80);
ALTER TABLE loyalty_lot SET (fillfactor = 80);

-- The programme's version rises with every change of what earns, so that a process that keeps
-- the compiled rules sees at its next order that they are old.
CREATE OR REPLACE FUNCTION loyalty_bump_program() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE loyalty_program SET version = version + 1
    WHERE id IN (SELECT program_id FROM changed);
    RETURN NULL;
END
$$;
CREATE OR REPLACE FUNCTION loyalty_bump_own_version() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.version := OLD.version + 1;
    RETURN NEW;
END
$$;
CREATE TRIGGER bump_version BEFORE UPDATE ON loyalty_program
    FOR EACH ROW EXECUTE FUNCTION loyalty_bump_own_version();
CREATE TRIGGER bump_version_insert AFTER INSERT ON loyalty_tier
    REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION loyalty_bump_program();
CREATE TRIGGER bump_version_update AFTER UPDATE ON loyalty_tier
    REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION loyalty_bump_program();
CREATE TRIGGER bump_version_delete AFTER DELETE ON loyalty_tier
    REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION loyalty_bump_program();
CREATE TRIGGER bump_version_insert AFTER INSERT ON loyalty_earningrule
    REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION loyalty_bump_program();
CREATE TRIGGER bump_version_update AFTER UPDATE ON loyalty_earningrule
    REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION loyalty_bump_program();
CREATE TRIGGER bump_version_delete AFTER DELETE ON loyalty_earningrule
    REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION loyalty_bump_program();

-- Row triggers don't see TRUNCATE.
CREATE OR REPLACE FUNCTION loyalty_refuse_truncate() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% is append-only and can''t be truncated', TG_TABLE_NAME;
END
$$;
CREATE TRIGGER refuse_truncate BEFORE TRUNCATE ON loyalty_ledgerentry
    FOR EACH STATEMENT EXECUTE FUNCTION loyalty_refuse_truncate();
CREATE TRIGGER refuse_truncate BEFORE TRUNCATE ON loyalty_lotmovement
    FOR EACH STATEMENT EXECUTE FUNCTION loyalty_refuse_truncate();
CREATE TRIGGER refuse_truncate BEFORE TRUNCATE ON loyalty_tierchange
    FOR EACH STATEMENT EXECUTE FUNCTION loyalty_refuse_truncate();
CREATE TRIGGER bump_version_insert AFTER INSERT ON loyalty_behaviorrule
    REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION loyalty_bump_program();
CREATE TRIGGER bump_version_update AFTER UPDATE ON loyalty_behaviorrule
    REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION loyalty_bump_program();
CREATE TRIGGER bump_version_delete AFTER DELETE ON loyalty_behaviorrule
    REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION loyalty_bump_program();
