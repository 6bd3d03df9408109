-- Groups of scores are added up where scores are written: by the night, chunk by chunk, and where
-- somebody's go (a merge, an erasure, an objection).
CREATE OR REPLACE FUNCTION analytics_count_scores() RETURNS trigger
LANGUAGE plpgsql
SECURITY DEFINER
SET search_path = public, pg_temp
AS $$
BEGIN
    EXECUTE format($merge$
        MERGE INTO analytics_scoregroup AS kept
        USING (
            SELECT r_score, f_score, m_score, rfm_4, rfm_8, rfm_10, stage, value_class, customer_class, health,
                sum(sign * 1) AS members_count,
                sum(sign * window_orders_count) AS window_orders_count,
                sum(sign * window_net_amount) AS window_net_amount,
                sum(sign * year_orders_count) AS year_orders_count,
                sum(sign * year_net_amount) AS year_net_amount,
                sum(sign * (year_orders_count >= 2)::int) AS returning_count,
                sum(sign * (recency_days IS NOT NULL)::int) AS buyers_count,
                sum(sign * coalesce(recency_days, 0)) AS recency_days,
                sum(sign * (gap_days IS NOT NULL)::int) AS with_gap_count,
                sum(sign * coalesce(recency_days > gap_days, false)::int) AS overdue_count
            FROM (%s) written
            GROUP BY 1, 2, 3, 4, 5, 6, 7, 8, 9, 10
            HAVING sum(sign * 1) <> 0 OR sum(sign * window_orders_count) <> 0 OR sum(sign * window_net_amount) <> 0 OR sum(sign * year_orders_count) <> 0 OR sum(sign * year_net_amount) <> 0 OR sum(sign * (year_orders_count >= 2)::int) <> 0 OR sum(sign * (recency_days IS NOT NULL)::int) <> 0 OR sum(sign * coalesce(recency_days, 0)) <> 0 OR sum(sign * (gap_days IS NOT NULL)::int) <> 0 OR sum(sign * coalesce(recency_days > gap_days, false)::int) <> 0
        ) AS counted
        ON coalesce(kept.r_score, 0) = coalesce(counted.r_score, 0)
            AND coalesce(kept.f_score, 0) = coalesce(counted.f_score, 0)
            AND coalesce(kept.m_score, 0) = coalesce(counted.m_score, 0)
            AND kept.rfm_4 = counted.rfm_4
            AND kept.rfm_8 = counted.rfm_8
            AND kept.rfm_10 = counted.rfm_10
            AND kept.stage = counted.stage
            AND kept.value_class = counted.value_class
            AND kept.customer_class = counted.customer_class
            AND coalesce(kept.health, -1) = coalesce(counted.health, -1)
        WHEN MATCHED AND kept.members_count + counted.members_count = 0 THEN DELETE
        WHEN MATCHED THEN UPDATE SET
            members_count = kept.members_count + counted.members_count,
            window_orders_count = kept.window_orders_count + counted.window_orders_count,
            window_net_amount = kept.window_net_amount + counted.window_net_amount,
            year_orders_count = kept.year_orders_count + counted.year_orders_count,
            year_net_amount = kept.year_net_amount + counted.year_net_amount,
            returning_count = kept.returning_count + counted.returning_count,
            buyers_count = kept.buyers_count + counted.buyers_count,
            recency_days = kept.recency_days + counted.recency_days,
            with_gap_count = kept.with_gap_count + counted.with_gap_count,
            overdue_count = kept.overdue_count + counted.overdue_count
        WHEN NOT MATCHED THEN INSERT (r_score, f_score, m_score, rfm_4, rfm_8, rfm_10, stage, value_class, customer_class, health, members_count, window_orders_count, window_net_amount, year_orders_count, year_net_amount, returning_count, buyers_count, recency_days, with_gap_count, overdue_count)
            VALUES (counted.r_score, counted.f_score, counted.m_score, counted.rfm_4, counted.rfm_8, counted.rfm_10, counted.stage, counted.value_class, counted.customer_class, counted.health, counted.members_count, counted.window_orders_count, counted.window_net_amount, counted.year_orders_count, counted.year_net_amount, counted.returning_count, counted.buyers_count, counted.recency_days, counted.with_gap_count, counted.overdue_count)
    $merge$, CASE TG_OP
        WHEN 'INSERT' THEN 'SELECT *, 1 AS sign FROM fresh'
        WHEN 'DELETE' THEN 'SELECT *, -1 AS sign FROM gone'
        ELSE 'SELECT *, 1 AS sign FROM fresh UNION ALL SELECT *, -1 FROM gone'
    END);
    RETURN NULL;
END
$$;

DROP TRIGGER IF EXISTS count_written ON analytics_memberscore;
CREATE TRIGGER count_written AFTER INSERT ON analytics_memberscore
    REFERENCING NEW TABLE AS fresh
    FOR EACH STATEMENT EXECUTE FUNCTION analytics_count_scores();
DROP TRIGGER IF EXISTS count_changed ON analytics_memberscore;
CREATE TRIGGER count_changed AFTER UPDATE ON analytics_memberscore
    REFERENCING NEW TABLE AS fresh OLD TABLE AS gone
    FOR EACH STATEMENT EXECUTE FUNCTION analytics_count_scores();
DROP TRIGGER IF EXISTS count_removed ON analytics_memberscore;
CREATE TRIGGER count_removed AFTER DELETE ON analytics_memberscore
    REFERENCING OLD TABLE AS gone
    FOR EACH STATEMENT EXECUTE FUNCTION analytics_count_scores();
