"""The serial that card numbers are made from: a sequence, so that no two tills wait for it."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("members", "0002_submissions")]

    operations = [
        migrations.RunSQL(
            sql="CREATE SEQUENCE members_card_serial AS bigint START 1",
            reverse_sql="DROP SEQUENCE members_card_serial",
        )
    ]
