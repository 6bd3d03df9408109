"""Who recommended whom, once."""

from pathlib import Path

from django.db import migrations

SQL = Path(__file__).parent / "sql" / "referrals.sql"


class Migration(migrations.Migration):
    dependencies = [("loyalty", "0006_rewards_sql")]

    operations = [migrations.RunSQL(SQL.read_text(), migrations.RunSQL.noop)]
