-- What stands already is counted once; from then on the triggers count.
INSERT INTO analytics_purchasegap (day, is_first, gap_days, days_count)
SELECT day, previous_day IS NULL, least(coalesce(next_day - day, 367), 367), count(*)
FROM analytics_purchaseday GROUP BY 1, 2, 3;
INSERT INTO analytics_cohortmonth (cohort_month, month, is_returning, members_count)
SELECT cohort_month, month, coalesce(previous_month = (month - interval '1 month')::date, false),
    count(*)
FROM analytics_membermonth GROUP BY 1, 2, 3;
INSERT INTO analytics_classmove (kind, day, before, after, members_count)
SELECT kind, day, before, after, count(*) FROM analytics_classchange GROUP BY 1, 2, 3, 4;
INSERT INTO analytics_scoregroup (r_score, f_score, m_score, rfm_4, rfm_8, rfm_10, stage,
    value_class, customer_class, health, members_count, window_orders_count, window_net_amount,
    year_orders_count, year_net_amount, returning_count, buyers_count, recency_days,
    with_gap_count, overdue_count)
SELECT r_score, f_score, m_score, rfm_4, rfm_8, rfm_10, stage, value_class, customer_class, health,
    count(*), sum(window_orders_count), sum(window_net_amount), sum(year_orders_count),
    sum(year_net_amount), count(*) FILTER (WHERE year_orders_count >= 2), count(recency_days),
    coalesce(sum(recency_days), 0), count(gap_days),
    count(*) FILTER (WHERE recency_days > gap_days)
FROM analytics_memberscore GROUP BY 1, 2, 3, 4, 5, 6, 7, 8, 9, 10;
