"""Changes of how duplicates are found are recorded."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("members", "0021_guard_of_resealed")]

    operations = [
        migrations.RunSQL(
            "SELECT members_track_changes('members_duplicatepolicy');", migrations.RunSQL.noop
        ),
    ]
