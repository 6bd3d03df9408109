-- Gaps between purchase days are counted where purchase days are written, in the same transaction:
-- whoever writes them, the counts are right as soon as the rows are seen. Writers are one at a time
-- (the lock of member days); a second one would fail at the constraint, and count nothing twice.
-- With the owner's rights: between a migration and `grant_app_role` facts go on following.
CREATE OR REPLACE FUNCTION analytics_count_gaps() RETURNS trigger
LANGUAGE plpgsql
SECURITY DEFINER
SET search_path = public, pg_temp
AS $$
BEGIN
    EXECUTE format($merge$
        MERGE INTO analytics_purchasegap AS kept
        USING (
            SELECT day, previous_day IS NULL AS is_first, least(coalesce(next_day - day, 367), 367) AS gap_days,
                sum(sign * 1) AS days_count
            FROM (%s) written
            GROUP BY 1, 2, 3
            HAVING sum(sign * 1) <> 0
        ) AS counted
        ON kept.day = counted.day AND kept.is_first = counted.is_first
            AND kept.gap_days = counted.gap_days
        WHEN MATCHED AND kept.days_count + counted.days_count = 0 THEN DELETE
        WHEN MATCHED THEN UPDATE SET
            days_count = kept.days_count + counted.days_count
        WHEN NOT MATCHED THEN INSERT (day, is_first, gap_days, days_count)
            VALUES (counted.day, counted.is_first, counted.gap_days, counted.days_count)
    $merge$, CASE TG_OP
        WHEN 'INSERT' THEN 'SELECT *, 1 AS sign FROM fresh'
        WHEN 'DELETE' THEN 'SELECT *, -1 AS sign FROM gone'
        ELSE 'SELECT *, 1 AS sign FROM fresh UNION ALL SELECT *, -1 FROM gone'
    END);
    RETURN NULL;
END
$$;

DROP TRIGGER IF EXISTS count_written ON analytics_purchaseday;
CREATE TRIGGER count_written AFTER INSERT ON analytics_purchaseday
    REFERENCING NEW TABLE AS fresh
    FOR EACH STATEMENT EXECUTE FUNCTION analytics_count_gaps();
DROP TRIGGER IF EXISTS count_changed ON analytics_purchaseday;
CREATE TRIGGER count_changed AFTER UPDATE ON analytics_purchaseday
    REFERENCING NEW TABLE AS fresh OLD TABLE AS gone
    FOR EACH STATEMENT EXECUTE FUNCTION analytics_count_gaps();
DROP TRIGGER IF EXISTS count_removed ON analytics_purchaseday;
CREATE TRIGGER count_removed AFTER DELETE ON analytics_purchaseday
    REFERENCING OLD TABLE AS gone
    FOR EACH STATEMENT EXECUTE FUNCTION analytics_count_gaps();
