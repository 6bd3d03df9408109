"""A change of what was approved voids the approval: said by the database."""

from pathlib import Path

from django.db import migrations

SQL = Path(__file__).parent / "sql" / "approvals.sql"


class Migration(migrations.Migration):
    dependencies = [("campaigns", "0021_labels_of_calls")]

    operations = [migrations.RunSQL(SQL.read_text(), migrations.RunSQL.noop)]
