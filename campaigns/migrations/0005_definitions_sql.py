"""The database pauses campaigns whose segments or tags mean others than was approved."""

from pathlib import Path

from django.db import migrations

SQL = Path(__file__).parent / "sql"


class Migration(migrations.Migration):
    dependencies = [
        ("analytics", "0001_initial"),
        ("campaigns", "0004_changes_sql"),
        ("members", "0002_members"),
    ]

    operations = [migrations.RunSQL((SQL / "definitions.sql").read_text(), migrations.RunSQL.noop)]
