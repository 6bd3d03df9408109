"""A quote reads which benefits the member was given, with the tags and in the same statement."""

from pathlib import Path

from django.db import migrations

SQL = Path(__file__).parent / "sql" / "quotes.sql"


class Migration(migrations.Migration):
    dependencies = [
        ("campaigns", "0010_changes_sql"),
        ("loyalty", "0035_benefits_sql"),
    ]

    operations = [migrations.RunSQL(SQL.read_text(), migrations.RunSQL.noop)]
