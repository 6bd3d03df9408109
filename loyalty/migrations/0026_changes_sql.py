"""Changes of the programme are recorded by the database; the ledger refuses adjustments that
nobody was allowed to make."""

from pathlib import Path

from django.db import migrations

SQL = Path(__file__).parent / "sql"


class Migration(migrations.Migration):
    dependencies = [
        ("loyalty", "0025_coupon_functions"),
        ("members", "0016_changes_sql"),
    ]

    operations = [
        migrations.RunSQL((SQL / "tracked.sql").read_text(), migrations.RunSQL.noop),
        migrations.RunSQL((SQL / "adjustments.sql").read_text(), migrations.RunSQL.noop),
    ]
