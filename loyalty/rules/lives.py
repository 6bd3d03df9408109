"""Lots whose life changes: slid by activity, completed by an event, extended by an operation.

Source: docs/algorithms/expiry.md.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from loyalty.rules.entries import Document, Extension
from loyalty.rules.lots import Lot

if TYPE_CHECKING:
    from loyalty.rules.ledger import Ledger


def slide(ledger: "Ledger", expires_at: datetime | None, at: datetime) -> int:
    """Activity gives usable sliding lots their whole life again; gives how many moved. What has
    lapsed stays lapsed, and no lot gets a shorter life."""
    moved = 0
    for lot in ledger.lots:
        if not lot.is_sliding or lot.is_pending or lot.remaining <= 0 or lot.expires_at is None:
            continue
        if lot.expires_at <= at or (expires_at is not None and expires_at <= lot.expires_at):
            continue
        extend(ledger, lot, expires_at, reason="SLIDE")
        moved += 1
    ledger.note_next_change()
    return moved


def extend(
    ledger: "Ledger",
    lot: Lot,
    expires_at: datetime | None,
    *,
    reason: str,
    operation_id: int | None = None,
) -> None:
    """Moves a lot's expiry and notes from when to when."""
    if lot.expires_at != expires_at:
        ledger.extensions.append(
            Extension(lot.id, lot.expires_at, expires_at, reason, operation_id)
        )
        lot.expires_at = expires_at
        lot.is_changed = True


def complete(
    ledger: "Ledger",
    lots: Sequence[Lot],
    *,
    document: Document,
    expires_at: datetime | None,
    at: datetime,
) -> int:
    """Lots that waited for an event become usable at `at`; gives how many points. A debt is
    repaid from them first."""
    points = 0
    for lot in lots:
        if not lot.is_pending or lot.remaining <= 0:
            continue
        extend(ledger, lot, expires_at, reason="COMPLETED")
        lot.activates_at, lot.is_pending, lot.is_changed = at, False, True
        points += lot.remaining
        ledger.enter(
            "ACTIVATE",
            lot.remaining,
            document,
            "completed",
            pending=-lot.remaining,
            active=lot.remaining,
            key_suffix=f":{lot.id}",
        )
        ledger.repay_from([lot], document)
    ledger.note_next_change()
    return points
