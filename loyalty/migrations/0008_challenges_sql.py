"""Steps, prizes and badges of challenges."""

from pathlib import Path

from django.db import migrations

SQL = Path(__file__).parent / "sql" / "challenges.sql"


class Migration(migrations.Migration):
    dependencies = [("loyalty", "0007_referrals_sql")]

    operations = [migrations.RunSQL(SQL.read_text(), migrations.RunSQL.noop)]
