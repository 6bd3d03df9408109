"""Offers of quotes are reserved, taken and given back in single statements."""

from pathlib import Path

from django.db import migrations

SQL = Path(__file__).parent / "sql" / "settlements.sql"


class Migration(migrations.Migration):
    dependencies = [("campaigns", "0007_offers_sql")]

    operations = [migrations.RunSQL(SQL.read_text(), migrations.RunSQL.noop)]
