"""docs/algorithms/refunds.md, run row by row."""

from datetime import timedelta
from decimal import Decimal
from itertools import groupby
from typing import Any

import msgspec
import pytest

from loyalty.models import Order, Program, Refund
from loyalty.rules import bonuses, clawbacks, refunds, shares
from loyalty.rules.entries import Balances, Document
from loyalty.rules.ledger import Ledger
from loyalty.rules.lots import Lot
from loyalty.selectors import accounts, ledger_checks
from loyalty.services import points
from loyalty.services import refunds as refund_service
from loyalty.services.documents import OrderRefundDocument
from tests import documented
from tests.documented import Row
from tests.loyalty import rules as earning_rules
from tests.loyalty import till
from tests.loyalty.till import at, line

PAGE = "algorithms/refunds.md"
REFUNDED = at("2026-02-01")
REFUND = Document("REFUND", 1, "refund:1", REFUNDED)


def rows(heading: str) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("row", documented.rows(PAGE, heading), ids=str)


@rows("Taking back what was earned")
def test_many_small_refunds_take_as_much_as_one_big_one(row: Row) -> None:
    assert refunds.clawed(10, 10_000, row.amount("refunded")) == row.number("taken back, in all")


@rows("Refunds without lines")
def test_a_refund_without_lines_is_spread_by_what_is_left(row: Row) -> None:
    lines = tuple(
        refunds.SoldLine(amount, amount, 0) for amount in row.amounts("left of the lines")
    )
    order = refunds.SoldOrder(lines, 0, 0, 0)
    if row.text("spread") == "refused":
        with pytest.raises(refunds.MoreThanBought):
            refunds.spread(order, row.amount("amount"))
        return
    assert list(refunds.spread(order, row.amount("amount")).values()) == row.amounts("spread")


def _lines_by_piece() -> list[Any]:
    table = documented.rows(PAGE, "Amounts from quantities")
    return [list(group) for _, group in groupby(table, lambda row: row.text("value"))]


@pytest.mark.parametrize("group", _lines_by_piece(), ids=lambda group: group[0].text("value"))
def test_pieces_bring_their_part_and_the_last_ones_what_is_left(group: list[Row]) -> None:
    value, pieces = group[0].amount("value"), Decimal(group[0].text("pieces"))
    refunded, back = 0, Decimal(0)
    for row in group:
        line = refunds.SoldLine(value, value, 0, refunded_amount=refunded)
        now = Decimal(row.text("come back"))
        amount = refunds.by_quantity(line, pieces, back, now)
        assert amount == row.amount("refund")
        refunded, back = refunded + amount, back + now
    assert (refunded, back) == (value, pieces)


def _orders() -> list[Any]:
    table = documented.rows(PAGE, "Giving back what was spent")
    return [
        pytest.param(list(group), id=name)
        for name, group in groupby(table, lambda row: row.text("order"))
    ]


@pytest.mark.django_db
@pytest.mark.parametrize("group", _orders())
def test_points_and_money_given_back_are_worth_the_refund(alice: Any, group: list[Row]) -> None:
    first = group[0]
    Program.objects.update(validity=Program.Validity.NEVER)
    opening = first.amount("points") or 1
    points.grant(member_id=alice.pk, points=opening, key="a", reason="opening", at=till.NOW)
    order = till.sell(
        "o-1",
        *[line(str(number), amount) for number, amount in enumerate(first.amounts("lines"))],
        points_amount=first.amount("points"),
        shipping_amount=first.amount("freight"),
        rounding_amount=first.amount("rounding"),
    )
    for number, row in enumerate(group):
        values = dict(zip("0123456789", row.amounts("refund of lines"), strict=False))
        answer = till.give_back(
            order, f"r-{number}", values, shipping_amount=row.amount("of freight")
        )
        assert answer["money_amount"] == row.amount("money back")
        assert answer["points"]["restored"] == row.number("points back")
        assert answer["points"]["clawed_back"] == row.number("taken back")
    assert ledger_checks.findings() == []


@rows("Several lots")
def test_points_of_one_line_come_back_from_each_of_its_lots(row: Row) -> None:
    parts = shares.first(row.number("taken, in all"), row.numbers("points by lot"))
    assert parts == row.numbers("taken by lot")


def _bonuses() -> list[Any]:
    table = documented.rows(PAGE, "Bonuses")
    groups = groupby(table, lambda row: row.text("on return"))
    return [pytest.param(list(group), id=name) for name, group in groups]


@pytest.mark.parametrize("group", _bonuses())
def test_a_bonus_goes_back_whole_or_pro_rata(group: list[Row]) -> None:
    gift = earning_rules.bonus("gift", 50, min_amount=10_000)
    sold, left = [8_000, 4_000], [8_000, 4_000]
    snapshot = bonuses.snapshot(gift, earning_rules.facts(sold), (0, 1))
    taken = 0
    for row in group:
        left = [one - gone for one, gone in zip(left, row.amounts("refund of lines"), strict=True)]
        lines = [
            bonuses.LeftLine(one, Decimal(one > 0), one, was)
            for one, was in zip(left, sold, strict=True)
        ]
        now = bonuses.taken_back(gift, 50, row.text("on return"), snapshot, lines)
        taken = max(taken, now)
        assert taken == row.number("bonus taken back, in all")


@rows("Where points are taken from")
def test_expired_points_cover_first_then_other_points_then_debt(row: Row) -> None:
    own = Lot(1, 200, 0, at("2025-01-10"), at("2026-01-11"), expired=120)
    other = Lot(2, 30, 30, at("2025-07-01"), None)
    ledger = Ledger(1, Balances(active=30), [own, other])
    asked = refunds.clawed(200, 20_000, row.amount("refunded"))
    assert asked == row.number("to be taken")
    outcome = clawbacks.claw_back(ledger, asked, [own], document=REFUND, at=REFUNDED)
    assert (outcome.absorbed, outcome.taken, outcome.debt, other.remaining) == (
        row.number("covered by expiry"),
        row.number("taken"),
        row.number("debt"),
        row.number("left in the other lot"),
    )


@rows("Points that can't be taken back")
def test_the_programme_says_what_becomes_of_the_rest(row: Row) -> None:
    own = Lot(1, 40, 40, at("2026-03-01"), None, is_pending=True)
    other = Lot(2, 30, 30, at("2025-07-01"), None)
    ledger = Ledger(1, Balances(pending=40, active=30), [own, other])
    outcome = clawbacks.claw_back(
        ledger, 100, [own], document=REFUND, at=REFUNDED, policy=row.text("policy")
    )
    assert (outcome.taken, outcome.debt, outcome.uncollected) == (
        row.number("taken"),
        row.number("debt"),
        row.number("not collected"),
    )


@pytest.mark.django_db
@rows("Points given back after their day")
def test_points_given_back_after_their_day_lapse_at_once_or_after_a_grace(
    alice: Any, row: Row
) -> None:
    Program.objects.update(restore_grace_days=row.number("grace"))
    bought = at("2026-05-20T12:00")
    points.grant(
        member_id=alice.pk,
        points=2_000,
        key="a",
        reason="opening",
        at=bought,
        expires_at=at("2026-06-01"),
    )
    order = till.sell("o-1", line("1", 10_000), points_amount=2_000, when=bought)
    returned = row.instant("returned")
    assert returned is not None
    told = till.give_back(order, "r-1", when=returned)["points"]
    assert {name: told[name] for name in ("restored", "available", "expired")} == {
        name: row.number(name) for name in ("restored", "available", "expired")
    }
    gone_at = row.instant("gone at")
    assert gone_at is not None
    last_moment = gone_at - timedelta(milliseconds=1)
    if told["available"]:
        assert accounts.account(member_id=alice.pk, at=last_moment).available == 2_000
    assert accounts.account(member_id=alice.pk, at=gone_at).available == 0
    assert alice.lots.get(earned_points=2_000).expires_at == gone_at
    assert ledger_checks.findings() == []


@pytest.mark.django_db
@rows("Before the order")
def test_whatever_comes_first_the_end_is_the_same(alice: Any, row: Row) -> None:
    amounts = {"r-1": 4_000, "r-2": 3_000, "r-3": 8_000}
    for word in row.text("arrives").split():
        if word == "order":
            till.sell("o-1", line("1", 10_000))
            continue
        alone = msgspec.to_builtins(till.refund(word, {"1": amounts[word]}))
        sent = msgspec.convert({**alone, "order_external_id": "o-1"}, OrderRefundDocument)
        refund_service.record_by_number(refund=sent, source=till.TILL, at=till.NOW)
    refunded = sum(Order.objects.values_list("refunded_amount", flat=True))
    assert refunded == row.amount("refunded")
    assert till.balances(alice) == (0, row.number("points left"), 0)
    parked = Refund.objects.filter(state="PARKED").values_list("external_id", flat=True)
    assert " ".join(parked) == row.text("parked")
