-- Row triggers don't see TRUNCATE.
CREATE TRIGGER refuse_truncate BEFORE TRUNCATE ON loyalty_lotextension
    FOR EACH STATEMENT EXECUTE FUNCTION loyalty_refuse_truncate();
CREATE TRIGGER refuse_truncate BEFORE TRUNCATE ON loyalty_transfer
    FOR EACH STATEMENT EXECUTE FUNCTION loyalty_refuse_truncate();
CREATE TRIGGER refuse_truncate BEFORE TRUNCATE ON loyalty_behavioraward
    FOR EACH STATEMENT EXECUTE FUNCTION loyalty_refuse_truncate();

-- A group's mode is part of what earns.
CREATE TRIGGER bump_version_insert AFTER INSERT ON loyalty_stackinggroup
    REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION loyalty_bump_program();
CREATE TRIGGER bump_version_update AFTER UPDATE ON loyalty_stackinggroup
    REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION loyalty_bump_program();
