"""The index that keeps a member's day single also holds what dashboards count of a span of days."""

from django.db import migrations, models

FIELDS = ["day", "member", "channel", "store"]


class Migration(migrations.Migration):
    dependencies = [("analytics", "0009_track_channel_spends")]

    operations = [
        migrations.SeparateDatabaseAndState(
            # A constraint, as the roll-up names it in ON CONFLICT; Django would make an index.
            database_operations=[
                migrations.RunSQL(
                    "ALTER TABLE analytics_memberday DROP CONSTRAINT member_day_once,"
                    " ADD CONSTRAINT member_day_once UNIQUE NULLS NOT DISTINCT"
                    " (day, member_id, channel_id, store_id) INCLUDE (orders_count, net_amount)",
                    "ALTER TABLE analytics_memberday DROP CONSTRAINT member_day_once,"
                    " ADD CONSTRAINT member_day_once UNIQUE NULLS NOT DISTINCT"
                    " (day, member_id, channel_id, store_id)",
                )
            ],
            state_operations=[
                migrations.RemoveConstraint("memberday", "member_day_once"),
                migrations.AddConstraint(
                    "memberday",
                    models.UniqueConstraint(
                        fields=FIELDS,
                        name="member_day_once",
                        nulls_distinct=False,
                        include=["orders_count", "net_amount"],
                    ),
                ),
            ],
        )
    ]
