"""Offers change the compiled programme; quotes read in one statement and settle in one."""

from pathlib import Path

from django.db import migrations

SQL = Path(__file__).parent / "sql"


class Migration(migrations.Migration):
    dependencies = [("campaigns", "0006_offers"), ("loyalty", "0023_coupons_sql")]

    operations = [
        migrations.RunSQL((SQL / "offers.sql").read_text(), migrations.RunSQL.noop),
        migrations.RunSQL((SQL / "quotes.sql").read_text(), migrations.RunSQL.noop),
    ]
