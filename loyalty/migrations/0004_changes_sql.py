"""The database records who changed what earns, and guards adjustments."""

from pathlib import Path

from django.db import migrations

SQL = Path(__file__).parent / "sql"


class Migration(migrations.Migration):
    dependencies = [("loyalty", "0003_coupons_sql"), ("members", "0004_changes_sql")]

    operations = [
        migrations.RunSQL((SQL / name).read_text(), migrations.RunSQL.noop)
        for name in ("tracked.sql", "adjustments.sql")
    ]
