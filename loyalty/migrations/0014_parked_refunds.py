"""Refunds may wait for their order; whoever records the order sees them behind a lock."""

from pathlib import Path

from django.db import migrations, models

SQL = Path(__file__).parent / "sql"


class Migration(migrations.Migration):
    dependencies = [("loyalty", "0013_earned_tiers")]

    operations = [
        migrations.AddIndex(
            model_name="refund",
            index=models.Index(
                fields=["source", "order_external_id"],
                name="refund_waits_for_order",
                condition=models.Q(state="PARKED", order__isnull=True),
            ),
        ),
        migrations.AddConstraint(
            model_name="refund",
            constraint=models.CheckConstraint(
                name="applied_refund_has_an_order",
                condition=models.Q(state="PARKED") | models.Q(order__isnull=False),
            ),
        ),
        migrations.RunSQL((SQL / "open.sql").read_text(), migrations.RunSQL.noop),
        migrations.RunSQL((SQL / "post.sql").read_text(), migrations.RunSQL.noop),
    ]
