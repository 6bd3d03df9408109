"""Receipts grow old; policies, caps, suppressed addresses and webhook addresses leave a trail."""

from pathlib import Path

import pgtrigger.compiler
import pgtrigger.migrations
from django.db import migrations

SQL = Path(__file__).parent / "sql" / "tracked_journeys.sql"


class Migration(migrations.Migration):
    dependencies = [
        ("campaigns", "0014_receipts"),
    ]

    operations = [
        pgtrigger.migrations.RemoveTrigger(
            model_name="receipt",
            name="append_only",
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="receipt",
            trigger=pgtrigger.compiler.Trigger(
                name="append_only",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update rows from % table', TG_TABLE_NAME;",  # noqa: E501
                    hash="a731fbbd1e51f3b5ff816a3258ba7996bb289342",
                    operation="UPDATE",
                    pgid="pgtrigger_append_only_cbdc1",
                    table="campaigns_receipt",
                    when="BEFORE",
                ),
            ),
        ),
        migrations.RunSQL(SQL.read_text(), migrations.RunSQL.noop),
    ]
