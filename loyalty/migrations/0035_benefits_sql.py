"""Live benefits stay as they were approved; carts learn of them; their changes are recorded."""

from pathlib import Path

from django.db import migrations

SQL = Path(__file__).parent / "sql"


class Migration(migrations.Migration):
    dependencies = [
        ("loyalty", "0034_benefit_settings"),
        ("members", "0016_changes_sql"),
    ]

    operations = [
        migrations.RunSQL((SQL / "benefits.sql").read_text(), migrations.RunSQL.noop),
    ]
