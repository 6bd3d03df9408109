"""Points kept aside for a checkout: they pin their lots until captured, released or timed out.

Source: docs/algorithms/holds.md.
"""

from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING

from loyalty.rules import lots as lot_rules
from loyalty.rules.entries import Document
from loyalty.rules.lots import Lot

if TYPE_CHECKING:
    from loyalty.rules.ledger import Ledger


@dataclass(slots=True)
class Hold:
    """A hold while a posting works on it. `parts` are (lot id, points) in spend order; `id` 0: a
    hold that this posting makes."""

    id: int
    points: int
    expires_at: datetime
    parts: list[tuple[int, int]] = field(default_factory=list)
    state: str = "OPEN"
    captured: int = 0
    resolved_at: datetime | None = None
    order_id: int | None = None
    uid: str = ""
    source: str = ""

    @property
    def is_open(self) -> bool:
        return self.state == "OPEN"


def place(ledger: "Ledger", points: int, *, expires_at: datetime, at: datetime) -> Hold | None:
    """Keeps `points` aside, in spend order; None where fewer are available. Nothing is spent:
    no entry is made."""
    if points <= 0 or points > ledger.available_at(at):
        return None
    parts = lot_rules.take(ledger.lots, points, at)
    for lot, part in parts:
        lot.held += part
        lot.is_changed = True
    ledger.balances.held += points
    hold = Hold(0, points, expires_at, [(lot.id, part) for lot, part in parts])
    ledger.holds.append(hold)
    ledger.note_next_change()
    return hold


def capture(
    ledger: "Ledger",
    hold: Hold,
    points: int,
    *,
    document: Document,
    reason: str,
    at: datetime,
) -> int:
    """Spends `points` of an open hold, also out of lots that lapsed meanwhile; the rest is
    released. Gives how many were spent. The caller has settled the ledger at `at`.

    Raises: ValueError, when the hold isn't open or holds less.
    """
    if not hold.is_open or not 0 <= points <= hold.points:
        raise ValueError("only an open hold can be captured, and not for more than it holds")
    spent: list[tuple[Lot, int]] = []
    rest = points
    for lot, part in _parts(ledger, hold):
        taken = min(rest, part)
        lot.held -= taken
        rest -= taken
        if taken:
            spent.append((lot, taken))
    ledger.balances.held -= points
    if points:
        movements = ledger.take_from(spent)
        ledger.balances.redeemed += points
        ledger.enter("REDEEM", -points, document, reason, active=-points, movements=movements)
    hold.captured = points
    _free(ledger, hold, skip=points, document=document, at=at)
    _resolve(hold, "CAPTURED", at)
    ledger.note_next_change()
    return points


def release(ledger: "Ledger", hold: Hold, *, at: datetime, state: str = "RELEASED") -> None:
    """Lets go of a hold. What lapsed while it was held lapses now; a debt is repaid from what is
    usable."""
    document = Document("HOLD", hold.id or None, f"hold:{hold.id}", at)
    _free(ledger, hold, skip=0, document=document, at=at)
    _resolve(hold, state, at)
    ledger.note_next_change()


def _free(ledger: "Ledger", hold: Hold, *, skip: int, document: Document, at: datetime) -> None:
    """Frees the parts after the first `skip` points, which were spent."""
    freed: list[Lot] = []
    for lot, part in _parts(ledger, hold):
        spent = min(skip, part)
        skip -= spent
        left = part - spent
        if left:
            lot.held -= left
            lot.is_changed = True
            ledger.balances.held -= left
            freed.append(lot)
    for lot in freed:
        if lot.expires_at is not None and lot.expires_at <= at and lot.free > 0:
            ledger.expire(lot, at)
    if freed:
        ledger.repay(document, at)


def _resolve(hold: Hold, state: str, at: datetime) -> None:
    hold.state, hold.resolved_at = state, at


def _parts(ledger: "Ledger", hold: Hold) -> list[tuple[Lot, int]]:
    here = {lot.id: lot for lot in ledger.lots}
    return [(here[lot_id], points) for lot_id, points in hold.parts]
