"""The database records who changed campaigns, and pauses what was changed by hand."""

from pathlib import Path

from django.db import migrations

SQL = Path(__file__).parent / "sql"


class Migration(migrations.Migration):
    dependencies = [("campaigns", "0003_runs_sql"), ("members", "0004_changes_sql")]

    operations = [
        migrations.RunSQL((SQL / name).read_text(), migrations.RunSQL.noop)
        for name in ("tracked.sql", "tracked_journeys.sql", "approvals.sql")
    ]
