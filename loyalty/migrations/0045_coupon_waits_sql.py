"""Who waited in vain for a coupon of a public code looks for another, or gets a new one."""

from pathlib import Path

from django.db import migrations

SQL = Path(__file__).parent / "sql"


class Migration(migrations.Migration):
    dependencies = [("loyalty", "0044_redemption_payments")]

    operations = [
        migrations.RunSQL((SQL / "coupon_use.sql").read_text(), migrations.RunSQL.noop),
    ]
