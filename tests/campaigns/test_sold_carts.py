"""A cart from its quote to its receipt and back: offer, coupon and points together, through the
real services."""

from typing import Any
from uuid import UUID

import msgspec
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from campaigns.errors import QuoteChanged
from loyalty.models import Coupon, Hold
from loyalty.selectors import ledger_checks
from loyalty.services import coupon_desk, holds, orders, points
from loyalty.services.documents import HoldDocument, MemberReference
from tests.campaigns import offers
from tests.loyalty import coupon_shop, till
from tests.loyalty.till import NOW, TILL

PHONE = "13800138000"


@pytest.fixture
def alice(keys_made: None) -> Any:
    """Alice has 2,000 points, two coupons, and the shop gives 20.00 off from 100.00."""
    till.set_up()
    member = till.register(PHONE, "Alice", when=till.at("2026-01-01"))
    points.grant(member_id=member.pk, points=2_000, key="a", reason="opening", at=NOW)
    steps = [{"min_amount": 10_000, "amount": 2_000}]
    offers.offer("save20", kind="STEPPED", steps=steps, budget_amount=None)
    coupon_shop.grant(coupon_shop.live("five", amount=500), member)
    coupon_shop.grant(coupon_shop.live("double", kind="MULTIPLIER", multiplier_percent=200), member)
    return member


def quoted(**fields: Any) -> dict[str, Any]:
    lines = (offers.line("1", 7_000), offers.line("2", 5_000))
    return offers.quote(*lines, phone=PHONE, at=NOW, **fields)


def sold(number: str, quote: dict[str, Any], **options: Any) -> Any:
    """The order that a till makes of a quote's answer."""
    lines = [
        {
            "line_id": line["line_id"],
            "sku": f"SK-{line['line_id']}",
            "unit_price_amount": line["gross_amount"],
            "discount_amount": line["discount_amount"],
            "net_amount": line["net_amount"],
        }
        for line in quote["lines"]
    ]
    paid = quote["points"]["used_amount"]
    return till.document(number, *lines, quote_id=quote["quote_id"], points_amount=paid, **options)


def record(document: Any) -> Any:
    return orders.record(order=document, source=TILL, at=NOW).answer


def test_an_order_honors_what_its_quote_forecast(alice: Any) -> None:
    quote = quoted(points_to_use=1_000)
    answer = record(sold("o-1", quote))

    # 120.00 − 20.00 − 5.00 = 95.00, of which 10.00 are paid with 1,000 points.
    assert (quote["net_amount"], quote["payable_amount"]) == (9_500, 8_500)
    assert answer["refused"] == []
    assert answer["settled"]["offers"] == [{"what": "offer", "code": "save20", "amount": 2_000}]
    assert sorted(one["type"] for one in answer["settled"]["coupons"]) == ["double", "five"]
    # 85.00 earn twice a point for each yuan.
    assert (answer["points"]["earned"], answer["points"]["spent"]) == (170, 1_000)
    assert quote["earn_forecast"]["amount"] == 170
    assert set(Coupon.objects.values_list("state", flat=True)) == {"REDEEMED"}
    assert ledger_checks.findings() == []


def test_quote_coupons_and_hold_cost_an_order_one_statement_each(alice: Any) -> None:
    quote = quoted(points_to_use=1_000)
    hold = msgspec.convert(
        {"external_id": "h", "member": {"type": "phone", "value": PHONE}, "points": 1_000},
        HoldDocument,
    )
    held = holds.create(hold=hold, source=TILL, at=NOW)
    record(till.document("warm", till.line("1", 100)))

    document = sold("o-1", quote, points_hold=held["id"])
    with CaptureQueriesContext(connection) as captured:
        record(document)

    frame = ("SAVEPOINT", "RELEASE")
    said = [one["sql"] for one in captured.captured_queries if not one["sql"].startswith(frame)]
    # Open, coupons, quote, post; the hold comes with the account's lock.
    assert len(said) == 4


def test_all_of_it_comes_back_once_however_often_it_is_told(alice: Any) -> None:
    answer = record(sold("o-1", quoted(points_to_use=1_000)))

    answers = [till.give_back(answer, "r-1") for _ in range(3)]

    assert answers[0] == answers[1] == answers[2]
    assert (answers[0]["value_amount"], answers[0]["money_amount"]) == (9_500, 8_500)
    assert sorted(one["state"] for one in answers[0]["coupons"]) == ["CLAIMED", "CLAIMED"]
    assert till.balances(alice) == (0, 2_000, 0)
    assert ledger_checks.findings() == []


def test_a_part_that_comes_back_keeps_the_coupons_used(alice: Any) -> None:
    answer = record(sold("o-1", quoted()))

    back = till.give_back(answer, "r-1", {"2": 1_000})

    assert back["coupons"] == []
    assert set(Coupon.objects.values_list("state", flat=True)) == {"REDEEMED"}


def test_a_second_order_with_the_same_quote_is_recorded_without_its_coupons(alice: Any) -> None:
    quote = quoted()
    record(sold("o-1", quote))

    answer = record(sold("o-2", quote))

    assert UUID(answer["id"])
    assert {one["code"] for one in answer["refused"]} == {"coupon_redeemed"}
    assert answer["points"]["earned"] == 95


def lock_alone(quote: dict[str, Any], code: str, number: str = "o-1") -> Any:
    phone = MemberReference("phone", PHONE)
    desk = coupon_desk.desk(code=code, source=TILL, reference=phone, store="SH01", address="")
    checkout = coupon_desk.Checkout(external_id=number, quote_id=quote["quote_id"])
    return coupon_desk.lock(desk=desk, checkout=checkout, at=NOW)


def test_coupons_of_one_quote_are_locked_one_by_one_and_then_its_points_are_held(
    alice: Any,
) -> None:
    quote = quoted(points_to_use=1_000)
    codes = [one["code"] for one in quote["applied"] if one["what"] == "coupon"]

    for code in codes:
        lock_alone(quote, code)
    hold = HoldDocument(
        external_id="h",
        member=MemberReference("phone", PHONE),
        points=1_000,
        quote_id=quote["quote_id"],
    )
    held = holds.create(hold=hold, source=TILL, at=NOW)

    assert set(Coupon.objects.values_list("state", flat=True)) == {"LOCKED"}
    answer = record(sold("o-1", quote, points_hold=held["id"], coupons=codes))
    assert (answer["refused"], answer["points"]["spent"]) == ([], 1_000)


def test_a_stale_quote_locks_no_coupon_and_holds_no_points(alice: Any) -> None:
    quote = quoted(points_to_use=1_000)
    five = next(one["code"] for one in quote["applied"] if one["type"] == "five")
    double = next(one["code"] for one in quote["applied"] if one["type"] == "double")
    record(till.document("o-0", till.line("1", 100), coupons=[five]))
    hold = HoldDocument(
        external_id="h",
        member=MemberReference("phone", PHONE),
        points=1_000,
        quote_id=quote["quote_id"],
    )

    for act in (
        lambda: lock_alone(quote, double),
        lambda: holds.create(hold=hold, source=TILL, at=NOW),
    ):
        with pytest.raises(QuoteChanged) as refused:
            act()
        difference = refused.value.details["difference"]
        assert (difference["payable_before"], difference["payable_now"]) == (8_500, 9_000)

    assert Coupon.objects.get(code=double).state == "CLAIMED"
    assert Hold.objects.count() == 0


def test_what_a_guest_used_counts_when_their_phone_registers(alice: Any) -> None:
    offers.offer("once", form="AMOUNT_OFF", kind="STEPPED", limit_member=1, steps=[
        {"min_amount": 1_000, "amount": 300}
    ])  # fmt: skip
    guest = {"phone": "13700137000", "at": NOW}
    quote = offers.quote(offers.line("1", 2_000), **guest)
    sent = till.document(
        "g-1",
        till.line("1", 2_000, discount_amount=300, net_amount=1_700),
        phone="13700137000",
        quote_id=quote["quote_id"],
    )
    answer = record(sent)
    assert [one["code"] for one in quote["applied"]] == ["once"]

    till.register("13700137000", "Carol")
    again = offers.quote(offers.line("1", 2_000), **guest)
    assert [one["reason"] for one in again["rejected"] if one["code"] == "once"] == ["limit"]

    # The guest's order comes back: the use is given back to the member that they are now.
    till.give_back(answer, "r-1")
    once_more = offers.quote(offers.line("1", 2_000), **guest)
    assert [one["code"] for one in once_more["applied"]] == ["once"]
