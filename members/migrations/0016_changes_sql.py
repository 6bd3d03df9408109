"""The database records every change of settings, accounts and members itself, and guards what a
second person decides."""

from pathlib import Path

from django.db import migrations

SQL = Path(__file__).parent / "sql"


class Migration(migrations.Migration):
    dependencies = [
        ("members", "0015_visitors_of_behavior_events"),
        ("auth", "0012_alter_user_first_name_max_length"),
        ("otp_totp", "0003_add_timestamps"),
    ]

    operations = [
        migrations.RunSQL((SQL / "changes.sql").read_text(), migrations.RunSQL.noop),
        migrations.RunSQL((SQL / "tracked.sql").read_text(), migrations.RunSQL.noop),
        migrations.RunSQL((SQL / "approvals.sql").read_text(), migrations.RunSQL.noop),
    ]
