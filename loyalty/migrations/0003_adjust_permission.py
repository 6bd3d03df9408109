from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("loyalty", "0002_posting")]

    operations = [
        migrations.AlterModelOptions(
            name="account",
            options={
                "permissions": [("adjust_account", "Can adjust points")],
                "verbose_name": "account",
                "verbose_name_plural": "accounts",
            },
        ),
    ]
