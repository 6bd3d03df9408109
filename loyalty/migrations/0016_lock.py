"""Accounts are locked and read in one statement, as orders are."""

from pathlib import Path

from django.db import migrations

SQL = Path(__file__).parent / "sql"


class Migration(migrations.Migration):
    dependencies = [("loyalty", "0015_behaviors_and_uploads")]

    operations = [
        migrations.RunSQL(
            (SQL / "lock.sql").read_text(), "DROP FUNCTION loyalty_lock(bigint[], bigint)"
        )
    ]
