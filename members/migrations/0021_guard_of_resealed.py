"""A rotation of keys may seal the details of a request anew."""

from pathlib import Path

from django.db import migrations

SQL = Path(__file__).parent / "sql"


class Migration(migrations.Migration):
    dependencies = [("members", "0020_guard_of_approvals")]

    operations = [
        migrations.RunSQL((SQL / "approvals.sql").read_text(), migrations.RunSQL.noop),
    ]
