"""Stock, budgets and limits, and what happens to coupons behind their locks."""

from pathlib import Path

from django.db import migrations

SQL = Path(__file__).parent / "sql"
# Functions take rows of tables as they are by then.
FILES = (
    "pools", "coupons", "coupon_types", "coupon_parts", "coupon_tidy", "coupon_issue",
    "coupon_batches", "coupon_use", "coupon_uses", "coupon_ends",
)  # fmt: skip


class Migration(migrations.Migration):
    dependencies = [("loyalty", "0002_posting_sql")]

    operations = [
        migrations.RunSQL((SQL / f"{name}.sql").read_text(), migrations.RunSQL.noop)
        for name in FILES
    ]
