"""Stock, limits and payments of rewards."""

from pathlib import Path

from django.db import migrations

SQL = Path(__file__).parent / "sql" / "rewards.sql"


class Migration(migrations.Migration):
    dependencies = [("loyalty", "0005_benefits_sql")]

    operations = [migrations.RunSQL(SQL.read_text(), migrations.RunSQL.noop)]
