"""A single order asks for less and starts fewer statements; a batch may come again under its key."""

from pathlib import Path

from django.db import migrations

SQL = Path(__file__).parent / "sql"


class Migration(migrations.Migration):
    dependencies = [("loyalty", "0005_labels")]

    operations = [
        migrations.RunSQL((SQL / "open.sql").read_text(), migrations.RunSQL.noop),
        migrations.RunSQL((SQL / "post.sql").read_text(), migrations.RunSQL.noop),
    ]
