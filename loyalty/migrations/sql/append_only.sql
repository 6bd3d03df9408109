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

-- The membership year counts from the day of joining, on the programme's clock.
UPDATE loyalty_account a
SET joined_on = (m.joined_at AT TIME ZONE p.time_zone)::date
FROM members_member m, loyalty_program p
WHERE m.id = a.member_id AND p.is_current AND a.joined_on IS NULL;
