-- What a statement wrote into the ledger is noted for the days' points, in the same transaction:
-- a posting that commits late is noted when it commits, and one that is taken back never was.
-- Rows are only added, so no posting waits for another one, nor for who adds them up. With the
-- owner's rights: between a migration and `grant_app_role` tills go on posting.
CREATE OR REPLACE FUNCTION analytics_note_points() RETURNS trigger
LANGUAGE plpgsql
SECURITY DEFINER
SET search_path = public, pg_temp
AS $$
BEGIN
    INSERT INTO analytics_stalepoints (moved_at, kind, reason, points, entries_count)
    SELECT date_bin('15 minutes', occurred_at, timestamptz 'epoch'), kind, reason,
           sum(points), count(*)
    FROM written
    GROUP BY 1, 2, 3;
    RETURN NULL;
END
$$;

DROP TRIGGER IF EXISTS note_points ON loyalty_ledgerentry;
CREATE TRIGGER note_points AFTER INSERT ON loyalty_ledgerentry
    REFERENCING NEW TABLE AS written
    FOR EACH STATEMENT EXECUTE FUNCTION analytics_note_points();
