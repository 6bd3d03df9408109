"""An erasure may take a card number out of the summary of a decided request."""

from pathlib import Path

from django.db import migrations

SQL = Path(__file__).parent / "sql"


class Migration(migrations.Migration):
    dependencies = [("members", "0019_keys_forgotten")]

    operations = [
        migrations.RunSQL((SQL / "approvals.sql").read_text(), migrations.RunSQL.noop),
    ]
