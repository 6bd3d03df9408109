"""What a posting writes of one member's ledger: entries, lots, movements, holds, extensions."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from loyalty.rules.entries import Entry, Extension
from loyalty.rules.holds import Hold
from loyalty.rules.ledger import Ledger
from loyalty.rules.lots import Lot

Row = dict[str, Any]


@dataclass(frozen=True)
class Rows:
    """Rows of a ledger whose entries and lots come after `entries` and `lots` of a batch."""

    ledger: Ledger
    at: datetime
    entries: int
    lots: int

    def all(self) -> Iterator[tuple[str, list[Row]]]:
        """Tables and their rows; none that is empty."""
        ledger = self.ledger
        changed = ledger.changed_lots()
        resolved = [hold for hold in ledger.holds if not hold.is_open]
        if ledger.entries:
            yield "entries", [self._entry(entry) for entry in ledger.entries]
            if movements := [row for entry in ledger.entries for row in self._movements(entry)]:
                yield "movements", movements
        if ledger.new_lots:
            yield "lots", [self._lot(lot) for lot in ledger.new_lots]
        if changed:
            yield "lot_changes", [_lot_change(lot) for lot in changed]
        if resolved:
            yield "hold_changes", [_hold_change(hold) for hold in resolved]
        if ledger.extensions:
            yield "lot_extensions", [self._extension(moved) for moved in ledger.extensions]

    def _entry(self, entry: Entry) -> Row:
        return _entry(entry, self.entries + entry.ref, self.ledger.member_id, self.at)

    def _movements(self, entry: Entry) -> list[Row]:
        return [
            {
                "entry_ref": self.entries + entry.ref,
                "lot": self._lot_number(lot_id),
                "member_id": self.ledger.member_id,
                "points": points,
            }
            for lot_id, points in entry.movements
        ]

    def _lot(self, new: Lot) -> Row:
        return {
            "ref": self.lots - new.id,
            "member_id": self.ledger.member_id,
            "order_id": new.order_id,
            "entry_ref": self.entries + new.entry_ref,
            "earned_points": new.earned,
            "activates_at": new.activates_at,
            "expires_at": new.expires_at,
            "is_sliding": new.is_sliding,
            **_lot_figures(new),
        }

    def _extension(self, moved: Extension) -> Row:
        return {
            "lot": self._lot_number(moved.lot_id),
            "member_id": self.ledger.member_id,
            "before_at": moved.before_at,
            "after_at": moved.after_at,
            "reason": moved.reason,
            "operation_id": moved.operation_id,
            "recorded_at": self.at,
        }

    def _lot_number(self, lot_id: int) -> int:
        """A lot that the batch makes is named by its number below zero."""
        return lot_id if lot_id > 0 else lot_id - self.lots


def _lot_change(changed: Lot) -> Row:
    return {
        "id": changed.id,
        "held_points": changed.held,
        "activates_at": changed.activates_at,
        **_lot_figures(changed),
    }


def _hold_change(hold: Hold) -> Row:
    return {
        "id": hold.id,
        "state": hold.state,
        "captured_points": hold.captured,
        "resolved_at": hold.resolved_at,
        "order_id": hold.order_id,
    }


def _entry(entry: Entry, number: int, member_id: int, at: datetime) -> Row:
    document = entry.document
    return {
        "ref": number,
        "member_id": member_id,
        "kind": entry.kind,
        "points": entry.points,
        "pending_change": entry.pending_change,
        "active_change": entry.active_change,
        "debt_change": entry.debt_change,
        "pending_after": entry.pending_after,
        "active_after": entry.active_after,
        "debt_after": entry.debt_after,
        "reason": entry.reason,
        "source_type": document.type,
        "source_id": document.id,
        "key": entry.key,
        "actor_id": document.actor_id,
        "note": document.note,
        "occurred_at": document.occurred_at,
        "recorded_at": at,
    }


def _lot_figures(changed: Lot) -> Row:
    return {
        "remaining_points": changed.remaining,
        "expired_points": changed.expired,
        "clawed_points": changed.clawed,
        "absorbed_points": changed.absorbed,
        "is_pending": changed.is_pending,
    }
