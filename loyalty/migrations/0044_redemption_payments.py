"""A payment's number is of who told of it; pieces come back behind the reward's lock."""

from pathlib import Path

from django.db import migrations, models

SQL = Path(__file__).parent / "sql"
# Until now it counted as a number of who asked for the redemption.
KNOWN = "UPDATE loyalty_redemption SET payment_source = source WHERE payment_ref <> ''"


class Migration(migrations.Migration):
    dependencies = [("loyalty", "0043_label_of_referrals")]

    operations = [
        migrations.AddField(
            model_name="redemption",
            name="payment_source",
            field=models.CharField(blank=True, default="", max_length=40),
        ),
        migrations.RunSQL(KNOWN, migrations.RunSQL.noop),
        migrations.RemoveConstraint(model_name="redemption", name="redemption_paid_once"),
        migrations.AddConstraint(
            model_name="redemption",
            constraint=models.UniqueConstraint(
                condition=models.Q(("payment_ref", ""), _negated=True),
                fields=("payment_source", "payment_ref"),
                name="redemption_paid_once",
            ),
        ),
        migrations.RunSQL((SQL / "rewards.sql").read_text(), migrations.RunSQL.noop),
    ]
