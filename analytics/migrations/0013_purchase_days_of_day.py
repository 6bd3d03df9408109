"""Who bought in a span of days is read from an index alone."""

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    # Facts go on following while it is made.
    atomic = False

    dependencies = [("analytics", "0012_saved_views")]

    operations = [
        AddIndexConcurrently(
            model_name="purchaseday",
            index=models.Index(
                fields=["day"],
                include=["member", "previous_day", "next_day", "orders_count"],
                name="purchase_days_of_day",
            ),
        ),
    ]
