"""Coupons of quotes: locked before payment, redeemed with the order, given by offers."""

from datetime import timedelta

import msgspec
import pytest

from campaigns.errors import QuoteChanged
from campaigns.models import QuoteLock
from campaigns.selectors import offer_checks
from campaigns.services import quotes
from campaigns.services.quote_documents import CartDocument, CartLineDocument
from loyalty.models import Coupon, Order
from loyalty.services.documents import MemberReference
from tests.campaigns.promises import applied, left, lock, offer, pay, promise, release, uses
from tests.loyalty import coupon_shop, till

CART = {"1": 7_000, "2": 5_000}
OFF = {"1": 583, "2": 417}
MINUTE = timedelta(minutes=1)


@pytest.fixture
def shop(db, keys_made, empty_cache):
    till.set_up()
    yield
    assert offer_checks.findings() == []


@pytest.fixture
def alice(shop):
    return till.register("13800138000", "Alice")


@pytest.fixture
def bob(shop):
    return till.register("13900139000", "Bob")


def coupon_of(coupon, line_amounts=None):
    return applied(
        coupon.type,
        line_amounts or OFF,
        what="coupon",
        code=coupon.code,
        type_code=coupon.type.code,
        coupon_id=coupon.pk,
    )


def _state(coupon):
    return Coupon.objects.get(pk=coupon.pk).state


@pytest.fixture
def bearer(shop):
    """A coupon that works for whoever brings its code."""
    kind = coupon_shop.live("ten")
    return Coupon.objects.create(
        type=kind,
        code="ABCDEFGH2345",
        origin="BATCH",
        issued_at=till.NOW,
        valid_from=kind.valid_from,
        expires_at=kind.valid_until,
    )


def test_a_lock_keeps_the_coupon_for_its_order(alice, bob, bearer):
    hers = promise(CART, coupon_of(bearer), member=alice)
    his = promise(CART, coupon_of(bearer), member=bob)

    locked = lock("o-1", hers)
    other = pay("o-2", his, phone="13900139000")
    answer = pay("o-1", hers)

    assert locked["coupons"] == [bearer.code]
    assert [one["what"] for one in other["refused"]] == ["coupon"]
    assert other["refused"][0]["code"] in {"coupon_locked", "coupon_not_yours"}
    assert answer["refused"] == []
    assert answer["settled"]["coupons"] == [{"code": bearer.code, "type": "ten"}]
    assert _state(bearer) == "REDEEMED"


def test_the_lock_times_out_another_order_uses_the_code_and_the_first_order_comes(alice, bearer):
    row = offer("save5", budget_amount=1_000)
    hers = promise(CART, applied(row, {"1": 500}), coupon_of(bearer), member=alice)
    lock("o-1", hers, minutes=5)
    later = till.NOW + 6 * MINUTE
    theirs = promise(CART, coupon_of(bearer))
    assert pay("o-2", theirs, phone=None, when=later)["refused"] == []

    # Before payment: refused, with the difference and what the cart costs now.
    with pytest.raises(QuoteChanged) as changed:
        lock("o-9", hers, at=later)
    difference = changed.value.details["difference"]
    assert (difference["payable_before"], difference["payable_now"]) == (10_500, 12_000)
    assert {"what": "coupon", "code": bearer.code, "reason": "redeemed"} in difference["lost"]
    assert len(uses("save5")) == 1

    # Paid all the same: the order is a fact, the coupon is refused, the offer is still there.
    answer = pay("o-1", hers, when=later)

    assert answer["refused"] == [
        {"what": "coupon", "coupon": bearer.code, "code": "coupon_redeemed"}
    ]
    assert [one["code"] for one in answer["settled"]["offers"]] == ["save5"]
    assert Order.objects.count() == 2
    assert QuoteLock.objects.get().state == "EXPIRED"
    assert left("save5") == 500


def test_a_new_quote_of_the_same_cart_says_what_was_lost(alice, bearer):
    row = offer("poor", kind="STEPPED", steps=[{"amount": 500}], limit_member=1)
    cart = CartDocument(
        channel="pos",
        store="SH01",
        member=MemberReference("phone", "13800138000"),
        currency="CNY",
        lines=(CartLineDocument(line_id="1", sku="SK-1", unit_price_amount=12_000),),
        coupons=(bearer.code,),
    )
    first = quotes.quote(cart=cart, source=till.TILL, at=till.NOW)
    assert first["payable_amount"] == 10_500
    coupon_shop.redeem(None, bearer.code)
    pay("o-0", promise(CART, applied(row, {"1": 500}), member=alice))

    again = msgspec.structs.replace(cart, quote_id=first["quote_id"])
    with pytest.raises(QuoteChanged) as changed:
        quotes.quote(cart=again, source=till.TILL, at=till.NOW)

    difference = changed.value.details["difference"]
    assert (difference["payable_before"], difference["payable_now"]) == (10_500, 12_000)
    assert {(one["code"], one["reason"]) for one in difference["lost"]} == {
        ("poor", "limit"),
        (bearer.code, "redeemed"),
    }


def test_a_lock_that_finds_a_coupon_used_keeps_nothing(alice, bearer):
    row = offer("save5", budget_amount=1_000)
    second = coupon_shop.grant(coupon_shop.live("five", amount=500), alice)
    coupon_shop.redeem(None, bearer.code)
    stale = promise(
        CART, applied(row, {"1": 500}), coupon_of(second), coupon_of(bearer), member=alice
    )

    with pytest.raises(QuoteChanged):
        lock("o-1", stale)

    assert (_state(second), left("save5"), uses()) == ("CLAIMED", 1_000, [])


def test_a_released_lock_unlocks_its_coupons(alice, bearer):
    mine = coupon_shop.grant(coupon_shop.live("five", amount=500), alice)
    locked = lock("o-1", promise(CART, coupon_of(mine), coupon_of(bearer), member=alice))
    assert (_state(mine), _state(bearer)) == ("LOCKED", "LOCKED")

    release(locked)

    assert (_state(mine), _state(bearer)) == ("CLAIMED", "ISSUED")


def test_a_lock_lasts_no_longer_than_its_coupons_are_locked(alice):
    mine = coupon_shop.grant(coupon_shop.live("five", lock_minutes=3), alice)

    locked = lock("o-1", promise(CART, coupon_of(mine), member=alice))

    assert locked["expires_at"] == "2026-11-21T06:03:00+00:00"
    assert Coupon.objects.get(pk=mine.pk).locked_until == till.NOW + 3 * MINUTE


def test_a_code_that_was_entered_and_lost_is_not_used_up(alice, bearer):
    mine = coupon_shop.grant(coupon_shop.live("five", amount=500), alice)
    promised = promise(CART, coupon_of(bearer), member=alice, entered=[bearer.code, mine.code])

    answer = pay("o-1", promised, coupons=[bearer.code, mine.code])

    assert answer["refused"] == []
    assert (_state(bearer), _state(mine)) == ("REDEEMED", "CLAIMED")


def test_a_full_refund_gives_the_coupon_back_and_a_part_does_not(alice):
    mine = coupon_shop.grant(coupon_shop.live("five", amount=500), alice)
    order = pay("o-1", promise(CART, coupon_of(mine), member=alice))

    till.give_back(order, "r-1", {"1": 1_000})
    assert _state(mine) == "REDEEMED"
    answers = [till.give_back(order, "r-2") for _ in range(3)]

    assert [one["code"] for one in answers[0]["coupons"]] == [mine.code]
    assert answers[0] == answers[2]
    assert _state(mine) == "CLAIMED"


def test_a_public_code_is_locked_released_and_used_like_any_other(alice, bob):
    kind = coupon_shop.live("hello", public_code="HELLO5", stock_count=1, is_claimable=False)
    public = applied(kind, OFF, what="coupon", code="HELLO5", type_code="hello")
    hers, his = promise(CART, public, member=alice), promise(CART, public, member=bob)

    locked = lock("o-1", hers)
    with pytest.raises(QuoteChanged):
        lock("o-2", his)
    release(locked)
    second = lock("o-2", his)
    answer = pay("o-2", his, phone="13900139000")

    assert second["coupons"] == ["HELLO5"]
    assert answer["refused"] == []
    assert answer["settled"]["coupons"] == [{"code": "HELLO5", "type": "hello"}]
    assert pay("o-1", hers)["refused"][0]["what"] == "coupon"
