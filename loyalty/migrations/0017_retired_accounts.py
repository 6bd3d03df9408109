"""Whoever waited for the account of a member who was merged meanwhile sees it."""

from pathlib import Path

from django.db import migrations

SQL = Path(__file__).parent / "sql"


class Migration(migrations.Migration):
    dependencies = [("loyalty", "0016_lock")]

    operations = [
        migrations.RunSQL((SQL / "open.sql").read_text(), migrations.RunSQL.noop),
        migrations.RunSQL((SQL / "post.sql").read_text(), migrations.RunSQL.noop),
    ]
