"""Changes of what was spent on channels are recorded."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [
        ("analytics", "0008_track_scorecards"),
        ("members", "0026_trail_forgets_the_erased"),
    ]

    operations = [
        migrations.RunSQL(
            "SELECT members_track_changes('analytics_channelspend');",
            migrations.RunSQL.noop,
        ),
    ]
