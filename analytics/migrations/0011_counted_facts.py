"""Counts that dashboards read instead of millions of rows; the database itself keeps them."""

from pathlib import Path

from django.db import migrations, models

SQL = Path(__file__).parent / "sql"
GAPS = """
UPDATE analytics_memberscore s SET gap_days = g.gap_days
FROM analytics_membermetrics g WHERE g.member_id = s.member_id AND g.gap_days IS NOT NULL
"""
FUNCTIONS = {
    "purchase_gaps": ("analytics_purchaseday", "analytics_count_gaps"),
    "cohort_months": ("analytics_membermonth", "analytics_count_cohorts"),
    "score_groups": ("analytics_memberscore", "analytics_count_scores"),
    "class_moves": ("analytics_classchange", "analytics_count_moves"),
}


def counting(name: str) -> migrations.RunSQL:
    table, function = FUNCTIONS[name]
    gone = "".join(
        f"DROP TRIGGER {trigger} ON {table}; "
        for trigger in ("count_written", "count_changed", "count_removed")
    )
    sql = (SQL / f"{name}.sql").read_text()
    return migrations.RunSQL(sql, f"{gone}DROP FUNCTION {function}()")


class Migration(migrations.Migration):
    dependencies = [
        ("analytics", "0010_member_days_by_index"),
    ]

    operations = [
        migrations.AddField(
            model_name="memberscore",
            name="gap_days",
            field=models.DecimalField(
                decimal_places=1, max_digits=7, null=True, verbose_name="median gap, days"
            ),
        ),
        migrations.CreateModel(
            name="ClassMove",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("RFM_4", "RFM, 4 classes"),
                            ("RFM_8", "RFM, 8 classes"),
                            ("RFM_10", "RFM, 10 segments"),
                            ("STAGE", "Life-cycle stage"),
                            ("VALUE", "Value class"),
                            ("CUSTOMER", "Customer class"),
                            ("HEALTH", "Health"),
                        ],
                        max_length=8,
                        verbose_name="kind",
                    ),
                ),
                ("day", models.DateField(verbose_name="as of")),
                ("before", models.CharField(blank=True, max_length=20, verbose_name="before")),
                ("after", models.CharField(blank=True, max_length=20, verbose_name="after")),
                ("members_count", models.IntegerField(verbose_name="members")),
            ],
            options={
                "verbose_name": "moves of a night",
                "verbose_name_plural": "moves of nights",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("kind", "day", "before", "after"), name="move_counted_once_a_day"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("members_count__gt", 0)), name="move_is_somebodys"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="CohortMonth",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("cohort_month", models.DateField(verbose_name="cohort")),
                ("month", models.DateField(verbose_name="month")),
                ("is_returning", models.BooleanField(verbose_name="bought in the month before")),
                ("members_count", models.IntegerField(verbose_name="members")),
            ],
            options={
                "verbose_name": "month of a cohort",
                "verbose_name_plural": "months of cohorts",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("cohort_month", "month", "is_returning"), name="cohort_counted_once"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("members_count__gt", 0)), name="cohort_is_somebodys"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="PurchaseGap",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("day", models.DateField(verbose_name="day")),
                ("is_first", models.BooleanField(verbose_name="first purchase days")),
                ("gap_days", models.SmallIntegerField(verbose_name="days until the next one")),
                ("days_count", models.IntegerField(verbose_name="purchase days")),
            ],
            options={
                "verbose_name": "gap between purchase days",
                "verbose_name_plural": "gaps between purchase days",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("day", "is_first", "gap_days"), name="gap_counted_once"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("days_count__gt", 0), ("gap_days__gte", 1), ("gap_days__lte", 367)
                        ),
                        name="gap_is_somebodys",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="ScoreGroup",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("r_score", models.SmallIntegerField(null=True, verbose_name="R")),
                ("f_score", models.SmallIntegerField(null=True, verbose_name="F")),
                ("m_score", models.SmallIntegerField(null=True, verbose_name="M")),
                (
                    "rfm_4",
                    models.CharField(blank=True, max_length=20, verbose_name="RFM, 4 classes"),
                ),
                (
                    "rfm_8",
                    models.CharField(blank=True, max_length=20, verbose_name="RFM, 8 classes"),
                ),
                (
                    "rfm_10",
                    models.CharField(blank=True, max_length=20, verbose_name="RFM, 10 segments"),
                ),
                (
                    "stage",
                    models.CharField(blank=True, max_length=20, verbose_name="life-cycle stage"),
                ),
                (
                    "value_class",
                    models.CharField(blank=True, max_length=20, verbose_name="value class"),
                ),
                (
                    "customer_class",
                    models.CharField(blank=True, max_length=20, verbose_name="customer class"),
                ),
                (
                    "health",
                    models.DecimalField(
                        decimal_places=2, max_digits=5, null=True, verbose_name="health"
                    ),
                ),
                ("members_count", models.IntegerField(verbose_name="members")),
                (
                    "window_orders_count",
                    models.BigIntegerField(verbose_name="paid orders in the window"),
                ),
                (
                    "window_net_amount",
                    models.BigIntegerField(verbose_name="net sales in the window"),
                ),
                (
                    "year_orders_count",
                    models.BigIntegerField(verbose_name="paid orders in 365 days"),
                ),
                ("year_net_amount", models.BigIntegerField(verbose_name="net sales in 365 days")),
                (
                    "returning_count",
                    models.IntegerField(verbose_name="with two orders or more in 365 days"),
                ),
                ("buyers_count", models.IntegerField(verbose_name="with a paid order")),
                (
                    "recency_days",
                    models.BigIntegerField(verbose_name="days since the last order, together"),
                ),
                ("with_gap_count", models.IntegerField(verbose_name="with a median gap")),
                (
                    "overdue_count",
                    models.IntegerField(verbose_name="away longer than their own gap"),
                ),
            ],
            options={
                "verbose_name": "group of scores",
                "verbose_name_plural": "groups of scores",
                "constraints": [
                    models.UniqueConstraint(
                        fields=(
                            "r_score",
                            "f_score",
                            "m_score",
                            "rfm_4",
                            "rfm_8",
                            "rfm_10",
                            "stage",
                            "value_class",
                            "customer_class",
                            "health",
                        ),
                        name="score_group_once",
                        nulls_distinct=False,
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("members_count__gt", 0)),
                        name="score_group_is_somebodys",
                    ),
                ],
            },
        ),
        migrations.RunSQL(GAPS, migrations.RunSQL.noop),
        # They keep writers away until all of this is committed.
        *map(counting, FUNCTIONS),
        migrations.RunSQL((SQL / "counted.sql").read_text(), migrations.RunSQL.noop),
    ]
