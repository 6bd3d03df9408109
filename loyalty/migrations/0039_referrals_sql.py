"""Live referral programmes stay as they were approved; tills learn of them; changes are recorded."""

from pathlib import Path

from django.db import migrations

SQL = Path(__file__).parent / "sql"


class Migration(migrations.Migration):
    dependencies = [
        ("loyalty", "0038_referral_guards"),
        ("members", "0016_changes_sql"),
    ]

    operations = [
        migrations.RunSQL((SQL / "referrals.sql").read_text(), migrations.RunSQL.noop),
    ]
