"""A month's orders are found without reading all others."""

import django.contrib.postgres.indexes
from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations


class Migration(migrations.Migration):
    # Tills go on while it is made.
    atomic = False

    dependencies = [("loyalty", "0027_merge_taken_back")]

    operations = [
        AddIndexConcurrently(
            model_name="order",
            index=django.contrib.postgres.indexes.BrinIndex(
                autosummarize=True,
                fields=["business_date"],
                name="order_of_day",
                pages_per_range=32,
            ),
        ),
    ]
