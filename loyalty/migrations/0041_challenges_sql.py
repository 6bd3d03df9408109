"""Live challenges stay as they were approved; tills learn of them; their changes are recorded."""

from pathlib import Path

from django.db import migrations

SQL = Path(__file__).parent / "sql"


class Migration(migrations.Migration):
    dependencies = [
        ("loyalty", "0040_challenge_steps"),
        ("members", "0016_changes_sql"),
    ]

    operations = [
        migrations.RunSQL((SQL / "challenges.sql").read_text(), migrations.RunSQL.noop),
    ]
