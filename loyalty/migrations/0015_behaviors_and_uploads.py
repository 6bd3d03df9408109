"""Behaviors that earn belong to the programme's version; uploaded rows wait, sealed."""

import django.db.models.deletion
from django.db import migrations, models

import members.sealing.fields

EVENTS = {"INSERT": "NEW", "UPDATE": "NEW", "DELETE": "OLD"}
BUMP = "".join(
    f"CREATE TRIGGER bump_version_{event.lower()} AFTER {event} ON loyalty_behaviorrule"
    f" REFERENCING {rows} TABLE AS changed FOR EACH STATEMENT"
    " EXECUTE FUNCTION loyalty_bump_program();\n"
    for event, rows in EVENTS.items()
)
DROP = "".join(
    f"DROP TRIGGER bump_version_{event.lower()} ON loyalty_behaviorrule;\n" for event in EVENTS
)


class Migration(migrations.Migration):
    dependencies = [("loyalty", "0014_parked_refunds")]

    operations = [
        migrations.CreateModel(
            name="OperationUpload",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("rows", members.sealing.fields.SealedJSONField()),
                ("created_at", models.DateTimeField()),
                (
                    "operation",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="upload",
                        to="loyalty.operation",
                    ),
                ),
            ],
            options={
                "verbose_name": "uploaded file of an operation",
                "verbose_name_plural": "uploaded files of operations",
            },
        ),
        migrations.RunSQL(BUMP, DROP),
    ]
