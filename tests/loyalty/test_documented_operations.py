"""docs/algorithms/operations.md, run row by row."""

import pytest

from loyalty.rules import operations
from loyalty.rules.entries import Balances, Document
from loyalty.rules.ledger import Ledger
from loyalty.rules.lots import Lot
from tests import documented
from tests.documented import Row
from tests.loyalty.till import at

PAGE = "algorithms/operations.md"


def rows(heading: str) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("row", documented.rows(PAGE, heading), ids=str)


@rows("What a row says")
def test_points_are_whole_and_within_reason(row: Row) -> None:
    each = row.text("points each")
    points = operations.points_of(row.cells["written"], int(each) if each else None)
    assert str(points or "refused") == row.text("points")


@rows("The last day")
def test_the_last_day_is_written_out_or_a_number(row: Row) -> None:
    try:
        found = operations.day_of(row.cells["written"]).isoformat()
    except ValueError:
        found = "refused"
    assert found == row.text("last day")


@rows("Undoing a grant")
def test_undoing_takes_what_is_left_and_debt_or_not_what_was_spent(row: Row) -> None:
    spent, held, expired = (row.number(name) for name in ("spent", "held", "expired"))
    other = row.number("other points")
    left = 100 - spent - expired
    lot = Lot(1, 100, left, at("2026-01-01"), None, held=held, expired=expired)
    lots = [lot, Lot(2, other, other, at("2026-01-01"), None)] if other else [lot]
    ledger = Ledger(1, Balances(active=left + other, held=held), lots)
    taken = operations.take_back(
        ledger,
        lot,
        document=Document("OPERATION", 1, "operation:1:2:undo", at("2026-06-01")),
        reason="operation_undone",
        at=at("2026-06-01"),
        owes=row.text("choice") == "debt",
    )
    repaid = -sum(entry.points for entry in ledger.entries if entry.kind == "REPAY")
    assert (taken.taken, taken.debt) == (row.number("taken back"), row.number("debt made"))
    assert (repaid, ledger.balances.debt) == (row.number("repaid"), row.number("debt left"))
    assert ledger.balances.active == sum(one.remaining for one in ledger.lots)
    assert all(one.remaining >= one.held for one in ledger.lots)


@rows("Extending, and undoing it")
def test_an_extension_and_its_undoing(row: Row) -> None:
    lot = Lot(1, 100, 100, at("2026-01-01"), row.instant("lot ends"))
    ledger = Ledger(1, Balances(active=100), [lot])
    longer = at("2027-04-01")
    found = operations.extendable(
        ledger.lots, expires_at=longer, before_at=at("2027-01-01"), at=at("2026-11-01")
    )
    assert ("yes" if found else "no") == row.text("extended")
    operations.extend(ledger, found, expires_at=longer, operation_id=7)
    ends = {moved.lot_id: (moved.before_at, moved.after_at) for moved in ledger.extensions}
    undone_at = row.instant("undone on")
    assert undone_at is not None
    _moved, lapsed = operations.shorten(ledger, ends, operation_id=7, at=undone_at)
    assert (lot.expires_at, lapsed) == (row.instant("end after"), row.number("lapsed at once"))
