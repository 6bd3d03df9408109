"""The posting primitive knows holds, extensions, qualifying points and floors of tiers."""

from pathlib import Path

from django.db import migrations

SQL = Path(__file__).parent / "sql"


class Migration(migrations.Migration):
    dependencies = [
        ("loyalty", "0008_points_rules_tiers"),
        ("members", "0009_measures_and_birthdays"),
    ]

    operations = [
        migrations.RunSQL((SQL / "append_only.sql").read_text(), migrations.RunSQL.noop),
        migrations.RunSQL((SQL / "open.sql").read_text(), migrations.RunSQL.noop),
        migrations.RunSQL((SQL / "post.sql").read_text(), migrations.RunSQL.noop),
    ]
