"""What the database counts as it writes, counted anew: from the rows that stand there now.

Triggers keep the counts (migrations/sql/purchase_gaps.sql, cohort_months.sql); this is for when
somebody doubts a figure, or wrote past them.
"""

from django.db import connection

from analytics.models.purchase_gaps import MOST_GAP_DAYS


def recount() -> None:
    """Counts gaps and cohorts anew; only rows that differ are written.

    Call behind the lock of `member_days`. It reads all purchase days and months: some seconds
    where there are millions.
    """
    with connection.cursor() as cursor:
        cursor.execute(_GAPS, {"most": MOST_GAP_DAYS})
        cursor.execute(_COHORTS)


_GAPS = """
WITH counted AS MATERIALIZED (
    SELECT day, previous_day IS NULL AS is_first,
        least(coalesce(next_day - day, %(most)s), %(most)s) AS gap_days, count(*) AS days_count
    FROM analytics_purchaseday GROUP BY 1, 2, 3
), gone AS (
    DELETE FROM analytics_purchasegap kept WHERE NOT EXISTS (
        SELECT FROM counted c
        WHERE c.day = kept.day AND c.is_first = kept.is_first AND c.gap_days = kept.gap_days
    )
)
INSERT INTO analytics_purchasegap AS kept (day, is_first, gap_days, days_count)
SELECT * FROM counted
ON CONFLICT ON CONSTRAINT gap_counted_once DO UPDATE SET days_count = excluded.days_count
WHERE kept.days_count <> excluded.days_count
"""
_COHORTS = """
WITH counted AS MATERIALIZED (
    SELECT cohort_month, month,
        coalesce(previous_month = (month - interval '1 month')::date, false) AS is_returning,
        count(*) AS members_count
    FROM analytics_membermonth GROUP BY 1, 2, 3
), gone AS (
    DELETE FROM analytics_cohortmonth kept WHERE NOT EXISTS (
        SELECT FROM counted c
        WHERE c.cohort_month = kept.cohort_month AND c.month = kept.month
            AND c.is_returning = kept.is_returning
    )
)
INSERT INTO analytics_cohortmonth AS kept (cohort_month, month, is_returning, members_count)
SELECT * FROM counted
ON CONFLICT ON CONSTRAINT cohort_counted_once DO UPDATE SET
    members_count = excluded.members_count
WHERE kept.members_count <> excluded.members_count
"""
