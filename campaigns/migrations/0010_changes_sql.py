"""Changes of offers, campaigns, templates and floors are recorded by the database."""

from pathlib import Path

from django.db import migrations

SQL = Path(__file__).parent / "sql"


class Migration(migrations.Migration):
    dependencies = [
        ("campaigns", "0009_guardian_reason"),
        ("members", "0016_changes_sql"),
    ]

    operations = [
        migrations.RunSQL((SQL / "tracked.sql").read_text(), migrations.RunSQL.noop),
    ]
