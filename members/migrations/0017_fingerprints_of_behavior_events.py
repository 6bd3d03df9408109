from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("members", "0016_changes_sql"),
    ]

    operations = [
        migrations.AddField(
            model_name="behaviorevent",
            name="fingerprint",
            field=models.BinaryField(default=b"", max_length=32),
        ),
    ]
