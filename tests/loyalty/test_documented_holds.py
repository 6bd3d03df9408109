"""docs/algorithms/holds.md, run row by row."""

import pytest

from loyalty.rules import holds
from loyalty.rules.entries import Balances, Document
from loyalty.rules.holds import Hold
from loyalty.rules.ledger import Ledger
from loyalty.rules.lots import Lot
from tests import documented
from tests.documented import Row
from tests.loyalty.till import at

PAGE = "algorithms/holds.md"
BEGUN = at("2026-01-01")


def rows(heading: str) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("row", documented.rows(PAGE, heading), ids=str)


def _ledger() -> tuple[Ledger, Lot, Lot]:
    first = Lot(1, 100, 100, BEGUN, at("2027-01-31"))
    second = Lot(2, 80, 80, BEGUN, at("2026-12-31"))
    ledger = Ledger(1, Balances(active=180), [first, second])
    ledger.note_next_change()
    return ledger, first, second


def _document(when: str) -> Document:
    return Document("HOLD", 1, "hold:1", at(when))


@rows("What a hold pins")
def test_a_hold_pins_lots_in_spend_order(row: Row) -> None:
    ledger, first, second = _ledger()
    now = at("2026-12-01")
    placed = holds.place(ledger, row.number("points"), expires_at=at("2026-12-01 00:15"), at=now)
    if row.text("of A") == "refused":
        assert placed is None
    else:
        assert (first.held, second.held) == (row.number("of A"), row.number("of B"))
    assert ledger.available_at(now) == row.number("available after")
    assert ledger.entries == []


def _held(ledger: Ledger, points: int, *, since: str, until: str) -> Hold:
    placed = holds.place(ledger, points, expires_at=at(until), at=at(since))
    assert placed is not None
    placed.id = 1
    return placed


@rows("How it ends")
def test_a_hold_ends_once(row: Row) -> None:
    ledger, first, second = _ledger()
    hold = _held(ledger, 100, since="2026-12-01", until="2026-12-01 00:15")
    now = row.instant("at")
    assert now is not None
    ledger.settle(now)
    assert ("done" if hold.is_open else "too late") == row.text("answer")
    if hold.is_open and row.text("deed") == "capture":
        document = _document(row.text("at"))
        holds.capture(
            ledger, hold, row.number("points"), document=document, reason="payment", at=now
        )
    elif hold.is_open:
        holds.release(ledger, hold, at=now)
    assert not hold.is_open
    balances = ledger.balances
    assert hold.captured == row.number("captured")
    assert (balances.held, balances.active) == (
        row.number("held after"),
        row.number("active after"),
    )
    assert (first.remaining, second.remaining) == (
        row.number("left in A"),
        row.number("left in B"),
    )


@rows("Points that lapse while they are held")
def test_held_points_outlive_their_lot_and_lapse_when_they_are_let_go(row: Row) -> None:
    lot = Lot(2, 80, 80, BEGUN, at("2026-12-31"))
    ledger = Ledger(1, Balances(active=80), [lot])
    hold = _held(ledger, 50, since="2026-12-30 23:50", until="2026-12-31 00:05")
    now = row.instant("at")
    assert now is not None
    ledger.settle(now)
    if row.text("deed") == "capture":
        holds.capture(
            ledger, hold, 50, document=_document(row.text("at")), reason="payment", at=now
        )
    elif row.text("deed") == "release":
        holds.release(ledger, hold, at=now)
    assert ledger.balances.expired == row.number("expired")
    assert hold.captured == row.number("captured")
    assert lot.remaining == row.number("left in B")
