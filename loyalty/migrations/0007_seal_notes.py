"""Staff's notes in the ledger are sealed with the member's key: erasure then reaches them, though
the entries stay as they are. Notes of before, of which no release knows, are emptied."""

from pathlib import Path

from django.db import migrations

import members.sealing.fields

SQL = Path(__file__).parent / "sql"


class Migration(migrations.Migration):
    dependencies = [("loyalty", "0006_lean_posting")]

    operations = [
        migrations.RemoveField("ledgerentry", "note"),
        migrations.AddField(
            "ledgerentry",
            "note",
            members.sealing.fields.SealedTextField(
                blank=True, default="", max_length=200, verbose_name="note"
            ),
            preserve_default=False,
        ),
        migrations.RunSQL((SQL / "post.sql").read_text(), migrations.RunSQL.noop),
    ]
