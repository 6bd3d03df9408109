"""What falls due by itself: lots become usable and lapse, holds time out, each on its own date.

Source: docs/algorithms/expiry.md.
"""

import heapq
from datetime import datetime
from typing import TYPE_CHECKING

from loyalty.rules import holds
from loyalty.rules.entries import Document
from loyalty.rules.holds import Hold
from loyalty.rules.lots import Lot

if TYPE_CHECKING:
    from loyalty.rules.ledger import Ledger

# When it turns, what goes first at one instant, its number, and the lot or hold.
Turn = tuple[datetime, int, int, Lot | Hold]


def settle(ledger: "Ledger", at: datetime) -> int:
    """Does what is due by `at`, earliest first; gives how many points expired."""
    before = ledger.balances.expired
    due: list[Turn] = [turn for lot in ledger.lots if (turn := _turn(lot, at))]
    due += [
        (hold.expires_at, 2, hold.id, hold)
        for hold in ledger.holds
        if hold.is_open and hold.expires_at <= at
    ]
    heapq.heapify(due)
    while due:
        turn = heapq.heappop(due)
        for lot in _take(ledger, turn, at):
            if (after := _turn(lot, at)) is not None:
                heapq.heappush(due, after)
    ledger.note_next_change()
    return ledger.balances.expired - before


def _take(ledger: "Ledger", turn: Turn, at: datetime) -> list[Lot]:
    """Lets one turn happen; gives the lots that may turn again."""
    when, _, _, what = turn
    if isinstance(what, Hold):
        holds.release(ledger, what, at=when, state="EXPIRED")
        # What the hold kept from lapsing may do so next.
        pinned = {lot_id for lot_id, _ in what.parts}
        return [lot for lot in ledger.lots if lot.id in pinned]
    if turn != _turn(what, at):
        return []
    if what.is_pending:
        _activate(ledger, what, when)
    else:
        ledger.expire(what, when)
    return [what]


def _turn(lot: Lot, at: datetime) -> Turn | None:
    """When a lot next turns, if by `at`. Earlier ones first; at one instant the lots of the
    database before new ones, and holds last."""
    change = lot.next_change_at() if lot.remaining > 0 else None
    if change is None or change > at:
        return None
    return change, int(lot.id < 0), abs(lot.id), lot


def _activate(ledger: "Ledger", lot: Lot, when: datetime) -> None:
    lot.is_pending, lot.is_changed = False, True
    document = Document("LOT", max(lot.id, 0) or None, ledger.lot_key(lot), when)
    ledger.enter(
        "ACTIVATE",
        lot.remaining,
        document,
        "activated",
        pending=-lot.remaining,
        active=lot.remaining,
    )
    ledger.repay_from([lot], document)
