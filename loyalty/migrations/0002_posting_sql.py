"""The posting primitive, the night's sets, and what the tables need around them."""

from pathlib import Path

from django.db import migrations

SQL = Path(__file__).parent / "sql"
FILES = (
    "tables", "append_only", "open", "post", "settle", "remind", "lock", "budgets", "redeem",
)  # fmt: skip


class Migration(migrations.Migration):
    dependencies = [("loyalty", "0001_initial"), ("members", "0003_keys_sql")]

    operations = [
        migrations.RunSQL((SQL / f"{name}.sql").read_text(), migrations.RunSQL.noop)
        for name in FILES
    ]
