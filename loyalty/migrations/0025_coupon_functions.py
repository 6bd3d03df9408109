"""What happens to coupons, behind their locks."""

from pathlib import Path

from django.db import migrations

SQL = Path(__file__).parent / "sql"
# Functions take rows of tables as they are by then.
FILES = ("types", "parts", "tidy", "issue", "batches", "use", "uses", "ends")


class Migration(migrations.Migration):
    dependencies = [("loyalty", "0024_coupon_days")]

    operations = [
        migrations.RunSQL((SQL / f"coupon_{name}.sql").read_text(), migrations.RunSQL.noop)
        for name in FILES
    ]
