"""Coupons that offers give with an order: granted once, void when it comes back."""

import pytest

from campaigns.models import OfferUse
from campaigns.selectors import offer_checks
from loyalty.models import Coupon, Order
from tests.campaigns.promises import applied, gift, offer, pay, pieces, promise
from tests.loyalty import coupon_shop, till

CART = {"1": 7_000, "2": 5_000}
GIFT = {"kind": "GIFT", "steps": [{"min_amount": 10_000, "gift_coupon_type": "thanks"}]}


@pytest.fixture
def shop(db, keys_made, empty_cache):
    till.set_up()
    yield
    assert offer_checks.findings() == []


@pytest.fixture
def alice(shop):
    return till.register("13800138000", "Alice")


def _thanks(**fields):
    return coupon_shop.live("thanks", amount=1_000, limit_member=None, **fields)


def _giving(row, quantity=1):
    return applied(row, {}, gifts=[gift(row.code, "thanks", quantity=quantity)])


def _states():
    return list(Coupon.objects.order_by("pk").values_list("state", flat=True))


def test_an_offer_grants_its_coupons_with_the_order_and_once(alice):
    _thanks()
    row = offer("gift", limit_count=5, **GIFT)
    promised = promise(CART, _giving(row, quantity=2), member=alice)

    answer, again = pay("o-1", promised), pay("o-1", promised)

    coupons = list(Coupon.objects.order_by("pk"))
    assert [(one.state, one.member_id, one.origin) for one in coupons] == [
        ("CLAIMED", alice.pk, "OFFER")
    ] * 2
    assert [one["coupon"] for one in answer["settled"]["gifts"]] == [one.code for one in coupons]
    assert answer["settled"]["gifts"][0]["coupon_type"] == "thanks"
    assert again == answer
    assert OfferUse.objects.get().coupon_ids == [one.pk for one in coupons]
    assert Order.objects.count() == 1


def test_gifts_without_stock_or_member_are_refused_and_the_order_recorded(alice):
    _thanks(stock_count=1)
    row = offer("gift", **GIFT)

    first = pay("o-1", promise(CART, _giving(row, quantity=2), member=alice))
    nobody = pay("o-2", promise(CART, _giving(row)), phone=None)

    assert len(first["settled"]["gifts"]) == 1
    about = {"what": "gift", "offer": "gift", "coupon_type": "thanks"}
    assert first["refused"] == [{**about, "code": "coupon_stock"}]
    assert nobody["refused"] == [{**about, "code": "no_member"}]
    assert Coupon.objects.count() == 1


def test_an_offer_that_is_not_covered_gives_no_coupon(alice):
    _thanks()
    row = offer("gift", limit_count=0, **GIFT)

    answer = pay("o-1", promise(CART, _giving(row), member=alice))

    assert answer["refused"] == [{"what": "offer", "offer": "gift", "code": "limit"}]
    assert (answer["settled"]["gifts"], Coupon.objects.count()) == ([], 0)


def test_a_gift_is_void_when_what_is_left_no_longer_earns_it(alice):
    _thanks()
    row = offer("gift", **GIFT)
    big = promise({"1": 9_000, "2": 1_000, "3": 2_000}, _giving(row), member=alice)
    order = pay("o-1", big)
    states = []

    for line_id in "321":
        till.give_back(order, f"r-{line_id}", lines=pieces(**{line_id: 1}))
        states.append(_states())

    # 100.00 are left, then 90.00.
    assert states == [["CLAIMED"], ["VOID"], ["VOID"]]


def test_value_without_pieces_counts_as_the_pieces_that_it_paid_for(alice):
    _thanks()
    row = offer("gift", **GIFT)
    order = pay("o-1", promise(CART, _giving(row), member=alice))

    till.give_back(order, "r-1", {"1": 2_000})
    assert _states() == ["CLAIMED"]
    till.give_back(order, "r-2", {"1": 1})
    assert _states() == ["VOID"]


def test_a_gift_that_was_used_stays_used_and_a_repeat_voids_once(alice):
    _thanks()
    row = offer("gift", **GIFT)
    order = pay("o-1", promise(CART, _giving(row, quantity=2), member=alice))
    coupon_shop.redeem(None, Coupon.objects.order_by("pk")[0].code, alice)

    for _ in range(3):
        till.give_back(order, "r-1")

    assert _states() == ["REDEEMED", "VOID"]
