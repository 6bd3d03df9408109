-- An approval is for whom segments and tags meant when it was given, whoever rewrites them: the
-- campaigns that ask them, also through others, are paused in the same transaction. A version names
-- all that it asks (`campaigns/selectors/definitions.py`); an audience that is frozen is asked no
-- more. Whoever is at work for one is waited for: who comes next sees that it is paused.
CREATE OR REPLACE FUNCTION campaigns_pause_redefined(node text) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    one bigint;
BEGIN
    FOR one IN
        SELECT c.id FROM campaigns_campaign c
        JOIN campaigns_campaignversion v ON v.id = c.version_id
        WHERE c.state IN ('SCHEDULED', 'RUNNING') AND (
            (v.content -> 'definitions') ? node
            OR (v.content #> '{audience,definitions}') ? node AND (
                c.entry = 'EVENT' OR c.next_run_at IS NOT NULL
                OR NOT EXISTS (SELECT FROM campaigns_run r WHERE r.campaign_id = c.id)
                OR EXISTS (
                    SELECT FROM campaigns_run r WHERE r.campaign_id = c.id AND r.state = 'FREEZING'
                )
            )
        )
        ORDER BY c.id
    LOOP
        -- The lock of `campaign_locks.stop`.
        PERFORM pg_advisory_xact_lock(7082, one::integer);
        UPDATE campaigns_campaign SET state = 'PAUSED', pause_reason = 'redefined'
        WHERE id = one AND state IN ('SCHEDULED', 'RUNNING');
    END LOOP;
END
$$;

CREATE OR REPLACE FUNCTION campaigns_segment_redefined() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM campaigns_pause_redefined('segment:' || NEW.code);
    RETURN NULL;
END
$$;
DROP TRIGGER IF EXISTS campaigns_segment_redefined ON analytics_segment;
CREATE TRIGGER campaigns_segment_redefined AFTER UPDATE OF kind, condition ON analytics_segment
    FOR EACH ROW WHEN (ROW(OLD.kind, OLD.condition) IS DISTINCT FROM ROW(NEW.kind, NEW.condition))
    EXECUTE FUNCTION campaigns_segment_redefined();

CREATE OR REPLACE FUNCTION campaigns_tag_redefined() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND ROW(OLD.tag_id, OLD.condition, OLD.is_active)
        IS NOT DISTINCT FROM ROW(NEW.tag_id, NEW.condition, NEW.is_active) THEN
        RETURN NULL;
    END IF;
    PERFORM campaigns_pause_redefined('tag:' || t.code) FROM members_tag t
    WHERE t.id = CASE WHEN TG_OP = 'DELETE' THEN OLD.tag_id ELSE NEW.tag_id END;
    RETURN NULL;
END
$$;
DROP TRIGGER IF EXISTS campaigns_tag_redefined ON members_tagrule;
CREATE TRIGGER campaigns_tag_redefined AFTER INSERT OR UPDATE OR DELETE ON members_tagrule
    FOR EACH ROW EXECUTE FUNCTION campaigns_tag_redefined();
