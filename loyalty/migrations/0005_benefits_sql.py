"""Quotas of benefits, and the trail of their settings."""

from pathlib import Path

from django.db import migrations

SQL = Path(__file__).parent / "sql" / "benefits.sql"


class Migration(migrations.Migration):
    dependencies = [("loyalty", "0004_changes_sql")]

    operations = [migrations.RunSQL(SQL.read_text(), migrations.RunSQL.noop)]
