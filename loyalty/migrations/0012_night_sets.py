"""The night's settlement and reminders as sets."""

from pathlib import Path

from django.db import migrations

SQL = Path(__file__).parent / "sql"
DROP = """
DROP FUNCTION loyalty_due;
DROP FUNCTION loyalty_settle;
DROP FUNCTION loyalty_remind;
"""


class Migration(migrations.Migration):
    dependencies = [("loyalty", "0011_lapse_notices")]

    operations = [
        migrations.RunSQL((SQL / "settle.sql").read_text(), DROP),
        migrations.RunSQL((SQL / "remind.sql").read_text(), migrations.RunSQL.noop),
    ]
