"""Counts that dashboards read instead of millions of rows; the database itself keeps them."""

from pathlib import Path

from django.db import migrations

SQL = Path(__file__).parent / "sql"
FILES = (
    "member_days", "stale_points", "purchase_gaps", "cohort_months", "score_groups", "class_moves",
)  # fmt: skip


class Migration(migrations.Migration):
    dependencies = [("analytics", "0001_initial"), ("loyalty", "0002_posting_sql")]

    operations = [
        migrations.RunSQL((SQL / f"{name}.sql").read_text(), migrations.RunSQL.noop)
        for name in FILES
    ]
