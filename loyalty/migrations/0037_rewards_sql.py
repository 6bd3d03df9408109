"""Live rewards stay as they were approved; stock and limits hold; their changes are recorded."""

from pathlib import Path

from django.db import migrations

SQL = Path(__file__).parent / "sql"


class Migration(migrations.Migration):
    dependencies = [
        ("loyalty", "0036_redemption_handover"),
        ("members", "0016_changes_sql"),
    ]

    operations = [
        migrations.RunSQL((SQL / "rewards.sql").read_text(), migrations.RunSQL.noop),
    ]
