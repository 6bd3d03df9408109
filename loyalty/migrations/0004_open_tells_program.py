"""loyalty_open tells which programme is in force, not only its version."""

from pathlib import Path

from django.db import migrations

SQL = Path(__file__).parent / "sql"


class Migration(migrations.Migration):
    dependencies = [("loyalty", "0003_adjust_permission")]

    operations = [
        migrations.RunSQL((SQL / "open.sql").read_text(), migrations.RunSQL.noop),
    ]
