"""The short way of spending points."""

from pathlib import Path

from django.db import migrations

SQL = Path(__file__).parent / "sql"


class Migration(migrations.Migration):
    dependencies = [("loyalty", "0018_budgets")]

    operations = [
        migrations.RunSQL(
            (SQL / "redeem.sql").read_text(), "DROP FUNCTION loyalty_redeem"
        )
    ]
