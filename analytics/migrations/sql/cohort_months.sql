-- Members of a cohort are counted where members' months are written: as gaps are of purchase days.
CREATE OR REPLACE FUNCTION analytics_count_cohorts() RETURNS trigger
LANGUAGE plpgsql
SECURITY DEFINER
SET search_path = public, pg_temp
AS $$
BEGIN
    EXECUTE format($merge$
        MERGE INTO analytics_cohortmonth AS kept
        USING (
            SELECT cohort_month, month, coalesce(previous_month = (month - interval '1 month')::date, false) AS is_returning,
                sum(sign * 1) AS members_count
            FROM (%s) written
            GROUP BY 1, 2, 3
            HAVING sum(sign * 1) <> 0
        ) AS counted
        ON kept.cohort_month = counted.cohort_month AND kept.month = counted.month
            AND kept.is_returning = counted.is_returning
        WHEN MATCHED AND kept.members_count + counted.members_count = 0 THEN DELETE
        WHEN MATCHED THEN UPDATE SET
            members_count = kept.members_count + counted.members_count
        WHEN NOT MATCHED THEN INSERT (cohort_month, month, is_returning, members_count)
            VALUES (counted.cohort_month, counted.month, counted.is_returning, counted.members_count)
    $merge$, CASE TG_OP
        WHEN 'INSERT' THEN 'SELECT *, 1 AS sign FROM fresh'
        WHEN 'DELETE' THEN 'SELECT *, -1 AS sign FROM gone'
        ELSE 'SELECT *, 1 AS sign FROM fresh UNION ALL SELECT *, -1 FROM gone'
    END);
    RETURN NULL;
END
$$;

DROP TRIGGER IF EXISTS count_written ON analytics_membermonth;
CREATE TRIGGER count_written AFTER INSERT ON analytics_membermonth
    REFERENCING NEW TABLE AS fresh
    FOR EACH STATEMENT EXECUTE FUNCTION analytics_count_cohorts();
DROP TRIGGER IF EXISTS count_changed ON analytics_membermonth;
CREATE TRIGGER count_changed AFTER UPDATE ON analytics_membermonth
    REFERENCING NEW TABLE AS fresh OLD TABLE AS gone
    FOR EACH STATEMENT EXECUTE FUNCTION analytics_count_cohorts();
DROP TRIGGER IF EXISTS count_removed ON analytics_membermonth;
CREATE TRIGGER count_removed AFTER DELETE ON analytics_membermonth
    REFERENCING OLD TABLE AS gone
    FOR EACH STATEMENT EXECUTE FUNCTION analytics_count_cohorts();
