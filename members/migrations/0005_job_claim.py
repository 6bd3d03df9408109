from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("members", "0004_reveal_permission")]

    operations = [
        migrations.AddField(
            model_name="job",
            name="claim",
            field=models.UUIDField(editable=False, null=True),
        ),
    ]
