"""Stock, budgets and limits in pools; coupons change behind their locks."""

from pathlib import Path

from django.db import migrations

SQL = Path(__file__).parent / "sql"


class Migration(migrations.Migration):
    dependencies = [("loyalty", "0022_coupons")]

    operations = [
        migrations.RunSQL((SQL / "pools.sql").read_text(), migrations.RunSQL.noop),
        migrations.RunSQL((SQL / "coupons.sql").read_text(), migrations.RunSQL.noop),
    ]
