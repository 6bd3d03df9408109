"""Why something was done with a member goes with the member's key, also from the trails; and what
was said in a case of nobody can be sealed anew when keys are rotated."""

from pathlib import Path

import pgtrigger.compiler
import pgtrigger.migrations
from django.db import migrations


SQL = Path(__file__).parent / "sql"


class Migration(migrations.Migration):
    dependencies = [
        ("members", "0025_labels_of_people"),
    ]

    operations = [
        migrations.RunSQL(
            (SQL / "trail.sql").read_text(),
            "DROP FUNCTION members_forgotten(jsonb, jsonb, bigint)",
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name="auditrecord",
            name="append_only",
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name="casemessage",
            name="append_only",
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name="changerecord",
            name="append_only",
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="auditrecord",
            trigger=pgtrigger.compiler.Trigger(
                name="append_only",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="IF TG_OP = 'UPDATE' THEN IF members_forgotten(to_jsonb(OLD), to_jsonb(NEW), OLD.member_id) THEN RETURN NEW; END IF; END IF; RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                    hash="7d3cc26ccb2e2e7e0f091f2df0a58846aa778cd7",
                    operation="UPDATE OR DELETE",
                    pgid="pgtrigger_append_only_26d43",
                    table="members_auditrecord",
                    when="BEFORE",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="casemessage",
            trigger=pgtrigger.compiler.Trigger(
                name="append_only",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="IF TG_OP = 'UPDATE' THEN IF members_resealed(OLD.text, NEW.text) AND to_jsonb(OLD) - 'text' = to_jsonb(NEW) - 'text' THEN RETURN NEW; END IF; END IF; RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                    hash="a33d69b95ee6d81f475c61a81e3f00542cfc1a5d",
                    operation="UPDATE OR DELETE",
                    pgid="pgtrigger_append_only_50f66",
                    table="members_casemessage",
                    when="BEFORE",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="changerecord",
            trigger=pgtrigger.compiler.Trigger(
                name="append_only",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="IF TG_OP = 'UPDATE' THEN IF members_forgotten(to_jsonb(OLD), to_jsonb(NEW), CASE WHEN OLD.\"table\" IN ('members_member', 'members_identity', 'members_legalhold') THEN OLD.row_id::bigint END) THEN RETURN NEW; END IF; END IF; RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                    hash="2a0b1e534c5f007b81f5ad1f242dc0d85191b5f7",
                    operation="UPDATE OR DELETE",
                    pgid="pgtrigger_append_only_6ee7e",
                    table="members_changerecord",
                    when="BEFORE",
                ),
            ),
        ),
    ]
