"""Budgets are reserved in shards; orders bring what conditions and caps ask for."""

from pathlib import Path

from django.db import migrations

SQL = Path(__file__).parent / "sql"


class Migration(migrations.Migration):
    dependencies = [("loyalty", "0017_retired_accounts")]

    operations = [
        migrations.RunSQL((SQL / "open.sql").read_text(), migrations.RunSQL.noop),
        migrations.RunSQL((SQL / "post.sql").read_text(), migrations.RunSQL.noop),
        migrations.RunSQL((SQL / "budgets.sql").read_text(), migrations.RunSQL.noop),
    ]
