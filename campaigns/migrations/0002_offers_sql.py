"""What carts take from budgets and limits, and what offers leave in the trail."""

from pathlib import Path

from django.db import migrations

SQL = Path(__file__).parent / "sql"


class Migration(migrations.Migration):
    dependencies = [("campaigns", "0001_initial"), ("loyalty", "0008_challenges_sql")]

    operations = [
        migrations.RunSQL((SQL / name).read_text(), migrations.RunSQL.noop)
        for name in ("offers.sql", "quotes.sql", "settlements.sql")
    ]
