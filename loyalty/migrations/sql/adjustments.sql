-- An adjustment by hand is either within the limit of its actor's roles, or the very one that a
-- second person approved: for whoever writes to the ledger past the services too. The condition
-- stands at the trigger, so that no other entry pays for it.
CREATE OR REPLACE FUNCTION loyalty_guard_adjustment() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.source_type = 'APPROVAL' THEN
        IF NEW.key = 'approval:' || NEW.source_id || ':adjust' AND EXISTS (
            SELECT 1 FROM members_approvalrequest a
            WHERE a.id = NEW.source_id AND a.action = 'loyalty.points.adjust'
              AND a.status = 'APPROVED' AND a.member_id = NEW.member_id
              AND a.maker_id = NEW.actor_id AND a.checker_id <> a.maker_id
              AND a.summary ~ '^[+-][0-9]+$' AND a.summary::bigint = NEW.points) THEN
            RETURN NEW;
        END IF;
        RAISE EXCEPTION 'no approval says this adjustment' USING ERRCODE = '23514';
    END IF;
    IF EXISTS (
        SELECT 1 FROM loyalty_adjustmentlimit l
        JOIN members_user_groups g ON g.group_id = l.role_id
        JOIN members_user u ON u.id = g.user_id
        WHERE g.user_id = NEW.actor_id AND u.is_active AND l.points >= abs(NEW.points)) THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'this adjustment needs a second person' USING ERRCODE = '23514';
END
$$;
CREATE TRIGGER guard_adjustment BEFORE INSERT ON loyalty_ledgerentry
    FOR EACH ROW WHEN (NEW.kind = 'ADJUST') EXECUTE FUNCTION loyalty_guard_adjustment();
