from pathlib import Path

from django.db import migrations

SQL = Path(__file__).parent / "sql"

# While a member's key hangs on a version, the database lets nobody remove it.
_NAMES_ITS_VERSION = """
ALTER TABLE members_memberkey ADD CONSTRAINT members_memberkey_names_its_version
    FOREIGN KEY (kek_version) REFERENCES members_keyencryptionkey (version)
"""
_NO_MORE = "ALTER TABLE members_memberkey DROP CONSTRAINT members_memberkey_names_its_version"


class Migration(migrations.Migration):
    """Versions of keys that nothing hangs on can be removed."""

    dependencies = [("members", "0018_duplicate_policy")]

    operations = [
        migrations.RunSQL(
            (SQL / "resealed.sql").read_text(),
            "DROP FUNCTION members_resealed(bytea, bytea)",
        ),
        migrations.RunSQL(_NAMES_ITS_VERSION, _NO_MORE),
    ]
