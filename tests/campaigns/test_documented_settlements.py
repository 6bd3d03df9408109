"""docs/algorithms/settlements.md, row by row."""

from datetime import timedelta
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

import pytest

from campaigns.errors import QuoteChanged
from campaigns.models import OfferUse
from campaigns.rules import quote_differences, quote_returns
from campaigns.rules.quote_returns import Back, LeftLine
from loyalty.services import orders
from tests import documented
from tests.campaigns.promises import applied, document, left, lock, offer, pay, promise
from tests.loyalty import till

PAGE = "algorithms/settlements.md"
OFF = {"1": 1_167, "2": 833}
PAID = {"1": 5_833, "2": 4_167}


@pytest.fixture
def alice(db, keys_made, empty_cache):
    till.set_up()
    return till.register("13800138000", "Alice")


def _rows(heading):
    return documented.rows(PAGE, heading)


@pytest.mark.parametrize("row", _rows("Is it the order that was quoted?"), ids=str)
def test_an_order_is_compared_with_its_quote(row):
    lines = [[line_id, "SK", "1", 0, 0, net, "", ""] for line_id, net in PAID.items()]
    promised = {"lines": lines, "shipping": [500, 500]}
    sold = [
        SimpleNamespace(
            line_id=line_id, sku="SK", quantity=Decimal(1), net_amount=row.amount(f"line {line_id}")
        )
        for line_id in "12"
        if row.cells[f"line {line_id}"]
    ]

    found = quote_differences.compare(promised, sold, row.amount("freight"))

    differs = list(found.line_ids) + ["freight"] * (found.shipping_amount is not None)
    assert " ".join(differs) == row.text("differs in")


@pytest.mark.parametrize("row", _rows("What is taken"), ids=str)
def test_offers_are_used_as_far_as_they_go(alice, row):
    made = offer("save", budget_amount=row.amount("budget"), limit_count=row.number("count"))
    taken = applied(made, {"1": row.amount("off each")})
    sent = [
        document(f"o-{number}", promise({"1": 50_000}, taken, member=alice))
        for number in range(row.number("orders"))
    ]

    outcomes = orders.record_batch(orders=sent, source=till.TILL, at=till.NOW)

    refused = {one["code"] for outcome in outcomes for one in outcome.answer["refused"]}
    assert OfferUse.objects.filter(state="COMMITTED").count() == row.number("used")
    assert refused == ({row.text("refused as")} - {""})
    assert left("save") == row.amount("budget left")
    assert left("save", "count") == row.number("count left")


def test_a_lock_keeps_its_offer_until_its_time(alice):
    made = offer("save", budget_amount=3_000)
    taken = applied(made, {"1": 3_000})
    quotes: dict[str, Any] = {}
    answers: dict[str, Any] = {}
    for row in _rows("Locks"):
        when = till.NOW + timedelta(minutes=row.number("minute"))
        deed, name = row.text("deed").split()
        quote = quotes.setdefault(name, promise({"1": 9_000}, taken, member=alice))
        told = "done"
        if deed == "lock":
            told = _locked(name, quote, when)
        elif deed == "order":
            answers[name] = pay(name, quote, when=when)
            told = "".join(one["code"] for one in answers[name]["refused"]) or "used"
        else:
            till.give_back(answers[name], f"r-{name}", when=when)
        assert (told, left("save")) == (row.text("answer"), row.amount("budget left")), str(row)


def _locked(name, quote, when):
    try:
        return lock(name, quote, at=when, minutes=5)["state"]
    except QuoteChanged as error:
        return error.details["difference"]["lost"][0]["reason"]


def test_refunds_give_back_by_line_and_at_the_end_all():
    values = {"1": 0, "2": 0}
    for row in _rows("What refunds give back"):
        values[row.text("line")] += row.amount("refunded")
        is_full = values == PAID
        back = Back(dict(values), sum(values.values()), 10_000, is_full)
        found = quote_returns.of_offer(2_000, OFF, PAID, back)
        assert (found, int(is_full)) == (
            row.amount("budget back so far"),
            row.number("count back"),
        )


def _cost(amount):
    return amount - 2_000 if amount >= 10_000 else amount


def test_the_rest_is_judged_again_step_by_step():
    prices = {"1": 7_000, "2": 5_000}
    paid, so_far = dict(PAID), 0
    for row in _rows("The rest is judged again"):
        returned = row.text("returned")
        del prices[returned]
        lines = [LeftLine(one, amount, Decimal(1)) for one, amount in paid.items()]
        owed = quote_returns.owed(sum(paid.values()), _cost(sum(prices.values())))
        for line_id, amount in quote_returns.spread(owed, lines, [returned]).items():
            paid[line_id] -= amount
            assert paid[line_id] >= 0
        so_far += owed
        assert (owed, so_far) == (row.amount("paid back"), row.amount("so far"))


@pytest.mark.parametrize("row", _rows("Other carts and orders"), ids=str)
def test_what_is_owed_is_what_was_paid_less_what_the_rest_costs(row):
    prices = dict(enumerate(row.amounts("cart"), start=1))
    rest = sum(price for number, price in prices.items() if number not in row.numbers("returned"))

    owed = quote_returns.owed(_cost(sum(prices.values())), _cost(rest))

    assert owed == row.amount("paid back") == row.amount("so far")
