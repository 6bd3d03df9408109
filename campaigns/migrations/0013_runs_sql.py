"""States go their ways, and a run ends when everybody in it has: said by the database."""

from pathlib import Path

from django.db import migrations

SQL = Path(__file__).parent / "sql" / "runs.sql"


class Migration(migrations.Migration):
    dependencies = [("campaigns", "0012_journeys")]

    operations = [migrations.RunSQL(SQL.read_text(), migrations.RunSQL.noop)]
