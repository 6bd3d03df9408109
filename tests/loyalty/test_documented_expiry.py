"""docs/algorithms/expiry.md, run row by row."""

from datetime import time
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest

from loyalty.models import LedgerEntry, Program
from loyalty.models import Lot as LotRow
from loyalty.rules import calendar
from loyalty.rules.calendar import Validity
from loyalty.rules.entries import Balances, Document
from loyalty.rules.ledger import Ledger
from loyalty.rules.lots import Lot
from loyalty.services import completions, points, programs
from members.services import nights
from tests import documented
from tests.documented import Row
from tests.loyalty import till
from tests.loyalty.till import at, line

PAGE = "algorithms/expiry.md"


def rows(heading: str) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("row", documented.rows(PAGE, heading), ids=str)


def validity(text: str) -> Validity:
    count, _, unit = text.partition(" ")
    return Validity("NEVER") if text == "never" else Validity(unit.upper(), int(count))


def document(key: str, text: str) -> Document:
    return Document("ORDER", 1, key, at(text))


@rows("A lot's life")
def test_a_lot_begins_and_ends_on_the_days_of_its_zone(row: Row) -> None:
    zone = ZoneInfo(row.text("zone"))
    earned_at = row.instant("earned", zone)
    assert earned_at is not None
    usable_at = calendar.activation(earned_at, row.number("pending days"), zone)
    assert usable_at == row.instant("usable from", zone)
    gone_at = calendar.expiry(usable_at, validity(row.text("validity")), zone)
    assert gone_at == row.instant("gone at", zone)


@rows("To the last moment")
def test_points_can_be_spent_until_the_last_moment(row: Row) -> None:
    lot = Lot(1, 40, 40, at("2026-01-01"), at("2026-07-01"))
    ledger = Ledger(1, Balances(active=40), [lot])
    ledger.note_next_change()
    asked_at = row.instant("at")
    assert asked_at is not None
    assert ledger.available_at(asked_at) == row.number("available")
    spent = ledger.redeem(40, document=document("x", "2026-06-30"), reason="payment", at=asked_at)
    assert ("yes" if spent else "no") == row.text("can spend 40")


def _lots(heading: str) -> tuple[list[Lot], list[int]]:
    table = documented.rows(PAGE, heading)
    lots = []
    for number, row in enumerate(table, 1):
        points, usable_at = row.number("points"), row.instant("usable from")
        assert usable_at is not None
        lots.append(Lot(number, points, points, usable_at, row.instant("gone at")))
    return lots, [row.number("taken") for row in table]


@pytest.mark.parametrize(
    "heading", ["Which points are spent", "Which points are spent, among equals"]
)
def test_points_are_spent_in_the_documented_order(heading: str) -> None:
    lots, taken = _lots(heading)
    before = [lot.remaining for lot in lots]
    ledger = Ledger(1, Balances(active=sum(before)), lots)
    spent_at = at("2026-03-01")
    assert ledger.redeem(
        sum(taken), document=document("x", "2026-03-01"), reason="payment", at=spent_at
    )
    assert [was - lot.remaining for was, lot in zip(before, lots, strict=True)] == taken


@pytest.mark.django_db
def test_entries_bear_the_dates_on_which_it_was_so(alice: Any) -> None:
    Program.objects.update(pending_days=15)
    till.sell("o-1", line("1", 12_000), when=at("2026-05-01T10:00"))
    nights.run(at=at("2027-05-20T03:10"))
    entries = LedgerEntry.objects.filter(member_id=alice.pk).order_by("pk")
    table = documented.rows(PAGE, "What the ledger says of it")
    assert [(entry.kind, entry.points, entry.occurred_at) for entry in entries] == [
        (row.text("entry"), row.number("points"), row.instant("happened")) for row in table
    ]


@rows("Debt")
def test_points_repay_a_debt_before_they_can_be_spent(row: Row) -> None:
    ledger = Ledger(1, Balances(debt=row.number("debt")))
    ledger.earn(
        row.number("earned"),
        document=document("o", "2026-02-01"),
        reason="purchase",
        activates_at=at("2026-02-01"),
        expires_at=None,
        at=at("2026-02-01"),
    )
    assert -sum(e.points for e in ledger.entries if e.kind == "REPAY") == row.number("repaid")
    assert ledger.balances.available == row.number("available")


def _check_last_day(row: Row, life: Validity) -> None:
    usable_at = row.instant("usable from")
    assert usable_at is not None
    gone_at = calendar.expiry(usable_at, life, documented.SHANGHAI)
    assert gone_at is not None
    assert calendar.last_day(gone_at, documented.SHANGHAI) == row.day("last day")
    assert gone_at.astimezone(documented.SHANGHAI).time() == time.min


@rows("Rounded up")
def test_points_live_to_the_end_of_the_part_of_the_year(row: Row) -> None:
    plain = validity(row.text("validity"))
    _check_last_day(row, Validity(plain.kind, plain.count, row.text("rounded up to")))


@rows("Until the next of fixed dates")
def test_points_live_through_the_next_of_the_fixed_dates(row: Row) -> None:
    dates = programs.month_days(row.text("dates").split())
    _check_last_day(row, Validity("FIXED_DATES", dates=dates))


@pytest.mark.django_db
@rows("Until the order is completed")
def test_points_wait_for_completion_and_then_live_from_it(alice: Any, row: Row) -> None:
    Program.objects.update(pending_until="COMPLETION", validity="MONTHS", validity_count=1)
    order = till.sell("o-1", line("1", 10_000), when=at("2026-05-01 10:00"))
    completed_at, told_at = row.instant("completed"), row.instant("told")
    if completed_at and told_at:
        completions.complete(
            order_uid=UUID(order["id"]), source=till.TILL, occurred_at=completed_at, at=told_at
        )
    asked_at = row.instant("at")
    assert asked_at is not None
    points.settle(member_ids=[alice.pk], at=asked_at)
    assert till.balances(alice)[:2] == (row.number("pending"), row.number("active"))
    assert LotRow.objects.get().expires_at == row.instant("gone at")
