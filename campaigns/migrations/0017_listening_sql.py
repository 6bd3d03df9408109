"""What campaigns listen to is compiled with the programme: its version rises when that changes."""

from pathlib import Path

from django.db import migrations

SQL = Path(__file__).parent / "sql" / "listening.sql"


class Migration(migrations.Migration):
    dependencies = [("campaigns", "0016_due_by_campaign")]

    operations = [migrations.RunSQL(SQL.read_text(), migrations.RunSQL.noop)]
