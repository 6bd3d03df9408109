"""A member's days in some stores or channels are read in their order from an index alone."""

from django.contrib.postgres.operations import AddIndexConcurrently, RemoveIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    # Facts go on following while it is made.
    atomic = False

    dependencies = [("analytics", "0013_purchase_days_of_day")]

    operations = [
        AddIndexConcurrently(
            model_name="memberday",
            index=models.Index(
                fields=["member", "day"],
                include=["channel", "store", "orders_count", "net_amount"],
                name="member_days_of_member",
            ),
        ),
        RemoveIndexConcurrently(model_name="memberday", name="member_day_member"),
    ]
