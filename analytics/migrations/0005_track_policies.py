"""Changes of cuts and weights, and of what is published as tags, are recorded."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [
        ("analytics", "0004_engagement_of_health"),
        ("members", "0026_trail_forgets_the_erased"),
    ]

    operations = [
        migrations.RunSQL(
            "SELECT members_track_changes('analytics_analyticspolicy');"
            "SELECT members_track_changes('analytics_classtag');",
            migrations.RunSQL.noop,
        ),
    ]
