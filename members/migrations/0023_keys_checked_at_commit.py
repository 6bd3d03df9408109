"""That a member's key names its version is checked at the commit, like every foreign key here."""

from django.db import migrations

_ALTER = "ALTER TABLE members_memberkey ALTER CONSTRAINT members_memberkey_names_its_version "


class Migration(migrations.Migration):
    dependencies = [("members", "0022_track_duplicate_policy")]

    operations = [
        migrations.RunSQL(f"{_ALTER} DEFERRABLE INITIALLY DEFERRED", f"{_ALTER} NOT DEFERRABLE"),
    ]
