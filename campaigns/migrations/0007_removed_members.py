"""Runs count the members whom retention removes, also of those who came in one by one."""

from django.db import migrations, models

# Of a frozen audience it can be told for the past too.
_SO_FAR = """
UPDATE campaigns_run r SET removed_count = r.members_count - there.members
FROM (
    SELECT r.id, count(e.id) AS members FROM campaigns_run r
    LEFT JOIN campaigns_enrollment e ON e.run_id = r.id
    WHERE r.kind = 'FROZEN' AND r.frozen_at IS NOT NULL GROUP BY r.id
) there
WHERE r.id = there.id AND r.members_count > there.members
"""


class Migration(migrations.Migration):
    dependencies = [("campaigns", "0006_endpoint_gone")]

    operations = [
        migrations.AddField(
            model_name="run",
            name="removed_count",
            field=models.PositiveIntegerField(default=0, verbose_name="members removed since"),
        ),
        migrations.RunSQL(_SO_FAR, migrations.RunSQL.noop),
    ]
