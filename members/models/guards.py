"""Guards of tables that are never changed, but for something narrow."""

import pgtrigger


def append_only_but(condition: str) -> pgtrigger.Trigger:
    """Refuses every change and every deletion of a row, but an update for which `condition` holds:
    SQL over `OLD` and `NEW`."""
    return pgtrigger.Trigger(
        name="append_only",
        when=pgtrigger.Before,
        operation=pgtrigger.Update | pgtrigger.Delete,
        func=(
            f"IF TG_OP = 'UPDATE' THEN IF {condition} THEN RETURN NEW; END IF; END IF; "
            "RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;"
        ),
    )
