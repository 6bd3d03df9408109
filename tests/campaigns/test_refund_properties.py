"""Fifty orders with every kind of discount, quoted, paid and returned in parts in any order, each
part delivered three times: what comes back sums to what was paid, and everything is given back
once. The dice have a seed, so that a failure can be played again.
"""

import random
from collections import Counter
from dataclasses import dataclass, field
from decimal import Decimal
from uuid import UUID

import pytest

from campaigns.models import Offer, OfferUse, QuoteLock
from campaigns.selectors import offer_checks
from campaigns.services import offer_books, quote_tokens, quotes
from loyalty.models import Coupon, CouponType, Order, OrderLine, Pool, Product, Program
from loyalty.selectors import ledger_checks
from loyalty.services import orders, programs, refunds
from tests.campaigns import promises
from tests.campaigns.offers import cart
from tests.loyalty import coupon_shop, till

ORDERS = 25
PHONES = [f"1380013{number:04d}" for number in range(8)]
# These have bought before, and have points.
REGULARS = PHONES[:5]
FOOD = {"all": [{"field": "line.category", "op": "eq", "value": "food"}]}
TEA = {"all": [{"field": "line.category", "op": "eq", "value": "tea"}]}
BUDGET = 10_000_000


@dataclass
class Sold:
    """An order, with what it was promised and what came back so far."""

    answer: dict
    document: object
    promise: dict
    left: dict = field(default_factory=dict)
    paid_back: int = 0


@pytest.fixture(params=["PRORATA", "RECALCULATE"])
def shop(request, db, keys_made, empty_cache):
    till.set_up()
    Program.objects.update(refund_method=request.param, redeem_max_percent=50)
    programs.forget()
    offer_books.forget()
    _stock()
    yield request.param
    offer_books.forget()


def _stock():
    """Every kind of offer and of coupon, all with budgets and counts."""
    limits = {"budget_amount": BUDGET, "limit_count": 10_000, "limit_member": 1_000}
    steps = [{"min_amount": 8_000, "amount": 500}, {"min_amount": 20_000, "amount": 2_500}]
    give = [{"min_amount": 15_000, "gift_coupon_type": "thanks"}]
    half = {"form": "PERCENT_OFF", "off_basis_points": 5_000}
    tenth = {"form": "PERCENT_OFF", "off_basis_points": 1_000}
    parts = [{"condition": FOOD, "quantity": 1}, {"condition": TEA, "quantity": 1}]
    promises.offer("steps", kind="STEPPED", steps=steps, **limits)
    promises.offer("gift", kind="GIFT", steps=give, **limits)
    promises.offer("price", kind="LIMITED_PRICE", condition=TEA, **tenth, **limits)
    promises.offer("members", kind="MEMBER_PRICE", condition=FOOD, **tenth, **limits)
    promises.offer("bundle", kind="BUNDLE", parts=parts, amount=150, **limits)
    promises.offer("second", kind="NTH_ITEM", condition=FOOD, **half, **limits)
    promises.offer("freight", kind="FREE_SHIPPING", min_amount=10_000, **limits)
    promises.offer("first", kind="FIRST_ORDER", amount=300, **limits)
    common = {"limit_member": None, "is_claimable": False}
    coupon_shop.live("thanks", amount=700, **common)
    coupon_shop.live("money", amount=900, budget_amount=BUDGET, min_spend_amount=4_000, **common)
    coupon_shop.live(
        "percent", kind="PERCENT_OFF", off_basis_points=1_500, cap_amount=3_000,
        budget_amount=BUDGET, **common,
    )  # fmt: skip
    coupon_shop.live("post", kind="FREE_SHIPPING", **common)
    coupon_shop.live("double", kind="MULTIPLIER", multiplier_percent=200, **common)
    for number in range(12):
        Product.objects.create(
            sku=f"P-{number}", category="food" if number % 2 else "tea", name_en=f"P{number}"
        )


def _left():
    """What is left of every pool, what coupons in hand keep of theirs counted as left."""
    found: Counter[str] = Counter()
    for key, left in Pool.objects.values_list("key", "left"):
        found[key] += left
    for kind, kept in Coupon.objects.values_list("type_id", "reserved_amount"):
        if kept:
            found[f"coupon:{kind}:amount"] += kept
    return found


def _cart_lines(dice):
    lines = []
    for number in range(dice.randint(1, 6)):
        quantity = dice.choice(["1", "1", "2", "3", "0.750", "4"])
        sku = dice.randrange(12)
        lines.append(
            {
                "line_id": str(number + 1),
                "sku": f"P-{sku}",
                "category": "food" if sku % 2 else "tea",
                "quantity": quantity,
                "unit_price_amount": dice.choice([1, 99, 500, 1_999, 3_333, 7_000, 12_345]),
            }
        )
    return lines


def _sell(dice, number, members):
    phone = dice.choice(PHONES)
    member = members[phone]
    wanted = dice.sample(["money", "percent", "post", "double"], dice.randint(0, 3))
    types = {kind: CouponType.objects.get(code=kind) for kind in wanted}
    codes = [
        coupon_shop.grant(kind, member, key=f"{number}-{code}").code for code, kind in types.items()
    ]
    asked = cart(
        *_cart_lines(dice),
        phone=phone,
        coupons=codes,
        shipping_amount=dice.choice([0, 800]),
        points_to_use=dice.choice([0, 0, 137]),
        uses_held_coupons=False,
    )
    quote = quotes.quote(cart=asked, source=till.TILL, at=till.NOW)
    promised = quote_tokens.read(quote["quote_id"])
    external_id = f"o-{number}"
    hold = None
    if dice.random() < 0.4:
        hold = promises.lock(external_id, promised)["points_hold"]
    document = promises.document(
        external_id,
        promised,
        phone=phone,
        points_amount=promised["points"]["amount"],
        points_hold=hold,
    )
    answers = [
        orders.record(order=document, source=till.TILL, at=till.NOW).answer for _ in range(3)
    ]
    assert answers[0] == answers[1] == answers[2]
    assert answers[0]["refused"] == []
    left = {line.line_id: line.quantity for line in document.lines}
    return Sold(answers[0], document, promised, left)


def _return_some(dice, sold, number):
    """Some pieces of some lines, worked out by us; or a sum, by the till."""
    chosen = dice.sample(sorted(sold.left), dice.randint(1, len(sold.left)))
    quantities = {}
    for line_id in chosen:
        whole = sold.left[line_id]
        some = Decimal(dice.randint(1, int(whole))) if whole >= 1 else whole
        quantities[line_id] = min(whole, some)
    answer = _deliver(
        sold, f"r-{number}", lines=[
            {"line_id": line_id, "quantity": str(pieces)} for line_id, pieces in quantities.items()
        ]
    )  # fmt: skip
    for line_id, pieces in quantities.items():
        sold.left[line_id] -= pieces
        if sold.left[line_id] == 0:
            del sold.left[line_id]
    return answer


def _deliver(sold, external_id, **options):
    sent = till.refund(external_id, **options)
    uid = UUID(sold.answer["id"])
    answers = [
        refunds.record(order_uid=uid, refund=sent, source=till.TILL, at=till.NOW).answer
        for _ in range(3)
    ]
    assert answers[0] == answers[1] == answers[2]
    assert answers[0]["value_amount"] >= 0
    sold.paid_back += answers[0]["value_amount"]
    return answers[0]


def _check(sold):
    order = Order.objects.get(uid=sold.answer["id"])
    assert 0 <= sold.paid_back <= order.net_amount + order.shipping_amount
    assert order.refunded_amount == sold.paid_back
    for row in OrderLine.objects.filter(order_id=order.pk):
        assert 0 <= row.refunded_amount <= row.net_amount
    for use in OfferUse.objects.filter(order_id=order.pk):
        assert 0 <= use.returned_amount <= use.amount
    return order


@pytest.mark.parametrize("seed", [1])
def test_parts_sum_to_what_was_paid_and_everything_is_given_back_once(shop, seed):
    dice = random.Random(f"{shop} {seed}")
    members = {phone: till.register(phone) for phone in PHONES}
    for phone in REGULARS:
        till.sell(f"start-{phone}", till.line("1", 500_000), phone=phone)
    before = _left()
    sold = [_sell(dice, number, members) for number in range(ORDERS)]
    assert offer_checks.findings() == []

    numbers = iter(range(10_000))
    turns = [one for one in sold for _ in range(dice.randint(0, 3))]
    dice.shuffle(turns)
    for one in turns:
        if one.left:
            _return_some(dice, one, next(numbers))
            _check(one)
    for one in dice.sample(sold, len(sold)):
        # All that is left, freight included.
        _deliver(one, f"r-{next(numbers)}")
        order = _check(one)
        assert one.paid_back == order.net_amount + order.shipping_amount

    seen = {row["kind"] for one in sold for row in one.promise["applied"]}
    assert seen >= {*Offer.Kind.values, "MONEY_OFF", "PERCENT_OFF", "MULTIPLIER"}
    assert not OfferUse.objects.exclude(state__in=["RETURNED", "RELEASED"]).exists()
    assert not QuoteLock.objects.filter(state="OPEN").exists()
    assert not Coupon.objects.exclude(state__in=["CLAIMED", "VOID"]).exists()
    assert _left() == before
    assert offer_checks.findings() == []
    assert ledger_checks.findings() == []
