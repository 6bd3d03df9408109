"""The database records who changed policies, segments, scorecards and what channels cost."""

from pathlib import Path

from django.db import migrations

SQL = Path(__file__).parent / "sql" / "tracked.sql"


class Migration(migrations.Migration):
    dependencies = [("analytics", "0002_counts_sql"), ("members", "0004_changes_sql")]

    operations = [migrations.RunSQL(SQL.read_text(), migrations.RunSQL.noop)]
