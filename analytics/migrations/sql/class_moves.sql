-- Moves between classes are counted where changes are written, and where somebody's go.
CREATE OR REPLACE FUNCTION analytics_count_moves() RETURNS trigger
LANGUAGE plpgsql
SECURITY DEFINER
SET search_path = public, pg_temp
AS $$
BEGIN
    EXECUTE format($merge$
        MERGE INTO analytics_classmove AS kept
        USING (
            SELECT kind, day, before, after,
                sum(sign * 1) AS members_count
            FROM (%s) written
            GROUP BY 1, 2, 3, 4
            HAVING sum(sign * 1) <> 0
        ) AS counted
        ON kept.kind = counted.kind AND kept.day = counted.day AND kept.before = counted.before
            AND kept.after = counted.after
        WHEN MATCHED AND kept.members_count + counted.members_count = 0 THEN DELETE
        WHEN MATCHED THEN UPDATE SET
            members_count = kept.members_count + counted.members_count
        WHEN NOT MATCHED THEN INSERT (kind, day, before, after, members_count)
            VALUES (counted.kind, counted.day, counted.before, counted.after, counted.members_count)
    $merge$, CASE TG_OP
        WHEN 'INSERT' THEN 'SELECT *, 1 AS sign FROM fresh'
        WHEN 'DELETE' THEN 'SELECT *, -1 AS sign FROM gone'
        ELSE 'SELECT *, 1 AS sign FROM fresh UNION ALL SELECT *, -1 FROM gone'
    END);
    RETURN NULL;
END
$$;

DROP TRIGGER IF EXISTS count_written ON analytics_classchange;
CREATE TRIGGER count_written AFTER INSERT ON analytics_classchange
    REFERENCING NEW TABLE AS fresh
    FOR EACH STATEMENT EXECUTE FUNCTION analytics_count_moves();
DROP TRIGGER IF EXISTS count_changed ON analytics_classchange;
CREATE TRIGGER count_changed AFTER UPDATE ON analytics_classchange
    REFERENCING NEW TABLE AS fresh OLD TABLE AS gone
    FOR EACH STATEMENT EXECUTE FUNCTION analytics_count_moves();
DROP TRIGGER IF EXISTS count_removed ON analytics_classchange;
CREATE TRIGGER count_removed AFTER DELETE ON analytics_classchange
    REFERENCING OLD TABLE AS gone
    FOR EACH STATEMENT EXECUTE FUNCTION analytics_count_moves();
