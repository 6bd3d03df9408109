"""Changes of scorecards and of their targets are recorded."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("analytics", "0007_segment_hits_and_files")]

    operations = [
        migrations.RunSQL(
            "SELECT members_track_changes('analytics_scorecard');"
            "SELECT members_track_changes('analytics_scorecarditem');",
            migrations.RunSQL.noop,
        ),
    ]
