from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("members", "0003_card_serial")]

    operations = [
        migrations.AlterModelOptions(
            name="member",
            options={
                "permissions": [("reveal_member", "Can open contact details")],
                "verbose_name": "member",
                "verbose_name_plural": "members",
            },
        ),
    ]
