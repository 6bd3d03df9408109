"""The posting primitive and what the tables need around it."""

from pathlib import Path

from django.db import migrations

SQL = Path(__file__).parent / "sql"


class Migration(migrations.Migration):
    dependencies = [("loyalty", "0001_initial"), ("members", "0001_initial")]

    operations = [
        migrations.RunSQL((SQL / name).read_text(), migrations.RunSQL.noop)
        for name in ("tables.sql", "open.sql", "post.sql")
    ]
