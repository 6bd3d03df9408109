"""Runs, deliveries and who listens, as sets."""

from pathlib import Path

from django.db import migrations

SQL = Path(__file__).parent / "sql"


class Migration(migrations.Migration):
    dependencies = [("campaigns", "0002_offers_sql"), ("analytics", "0002_counts_sql")]

    operations = [
        migrations.RunSQL((SQL / name).read_text(), migrations.RunSQL.noop)
        for name in ("runs.sql", "listening.sql")
    ]
