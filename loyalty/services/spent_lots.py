"""Points that were spent, back in the lots they came from: for refunds, and for rewards that come
to nothing.

Source: docs/algorithms/refunds.md.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db import connection

from loyalty.rules import calendar
from loyalty.rules.entries import Document
from loyalty.rules.ledger import Ledger
from loyalty.services import states
from loyalty.services.programs import Terms
from loyalty.services.states import LOT_COLUMNS

# What entries took out of lots and others have not given back, in reverse order of use.
_SPENT = f"""
SELECT {LOT_COLUMNS}, -sum(m.points)
FROM loyalty_ledgerentry e
JOIN loyalty_lotmovement m ON m.entry_id = e.id
JOIN loyalty_lot l ON l.id = m.lot_id
WHERE e.key = ANY(%s)
GROUP BY l.id
HAVING sum(m.points) < 0
ORDER BY l.expires_at DESC NULLS FIRST, l.activates_at DESC, l.id DESC
"""  # noqa: S608
_LOT_WIDTH = LOT_COLUMNS.count(",") + 1


def of(keys: Sequence[str]) -> list[tuple[Any, int]]:
    """(lot row, points) that the entries with these keys took and gave back, where something is
    left; read behind the account's lock."""
    with connection.cursor() as cursor:
        cursor.execute(_SPENT, [list(keys)])
        return [(row[:_LOT_WIDTH], int(row[_LOT_WIDTH])) for row in cursor.fetchall()]


def give_back(ledger: Ledger, key: str, document: Document, at: datetime, terms: Terms) -> int:
    """Gives all that the entry with this key spent back into its lots, with their old expiry; what
    has lapsed by `at` lapses again, unless the programme grants days of grace. Debts are repaid.
    Gives how many points came back."""
    here = {lot.id: lot for lot in ledger.lots}
    parts = [(here.get(row[1]) or states.lot(row), points) for row, points in of([key])]
    restored = ledger.restore(
        parts, document=document, reason="reward", at=at, grace_until_at=grace_until(at, terms)
    )
    ledger.settle(at)
    if restored:
        ledger.repay(document, at)
    return restored


def grace_until(at: datetime, terms: Terms) -> datetime | None:
    """Until when points live that had lapsed before `at` gave them back: through the end of the
    local day so many days later. None: they have no grace."""
    if terms.restore_grace_days == 0:
        return None
    last = calendar.local_day(at, terms.zone) + timedelta(days=terms.restore_grace_days)
    return calendar.start_of_day(last + timedelta(days=1), terms.zone)
