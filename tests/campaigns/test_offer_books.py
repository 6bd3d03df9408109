"""What is on the shelf: compiled once for a version of the programme, seen anew when it changes."""

from datetime import timedelta

import pytest

from campaigns.models import MarginFloor, Offer
from campaigns.rules.quote_shapes import Floor, Form, Layer
from campaigns.services import offer_books, offer_discounts
from loyalty.models import CouponType, Product, Program
from tests.campaigns.offers import FACE, NOW, coupon_type, line, offer, quote

pytestmark = pytest.mark.django_db
STEPS = [{"min_amount": 10_000, "amount": 2_000}]


def version():
    return Program.objects.values_list("version", flat=True).get()


def test_the_shelf_is_kept_until_something_on_it_changes(shop, django_assert_num_queries):
    first = offer_books.current()
    with django_assert_num_queries(1):
        assert offer_books.current() is first
    with django_assert_num_queries(0):
        assert offer_books.current(version=first.version) is first
        assert offer_books.kept() is first
    offer("spring", steps=STEPS)
    assert offer_books.current() is not first


def test_every_change_that_decides_a_price_bumps_the_version(shop):
    before = version()
    row = offer("spring", steps=STEPS)
    kind = coupon_type("ten", amount=1_000)
    floor = MarginFloor.objects.create(category="face", floor_amount=1)
    after = version()
    assert after >= before + 3
    for change in (
        lambda: Offer.objects.filter(pk=row.pk).update(limit_count=5),
        lambda: CouponType.objects.filter(pk=kind.pk).update(state="STOPPED"),
        lambda: MarginFloor.objects.filter(pk=floor.pk).update(floor_amount=2),
        floor.delete,
    ):
        change()
        assert version() > after
        after = version()


def test_drafts_and_multipliers_are_not_on_it(shop):
    offer("draft", steps=STEPS, state="DRAFT")
    offer("double", kind="MULTIPLIER", multiplier_percent=200)
    coupon_type("draft", amount=5, state="DRAFT")
    book = offer_books.current().book
    assert (book.offers, dict(book.coupon_types)) == ((), {})


def test_what_can_not_be_read_lowers_nothing_and_breaks_nothing(shop):
    unknown = {"all": [{"field": "line.color", "op": "eq", "value": "red"}]}
    offer("spring", steps=STEPS, condition=unknown)
    coupon_type("ten", amount=1_000, condition=unknown, public_code="TEN")
    answer = quote(line("1", 12_000), coupons=["TEN"])
    assert answer["payable_amount"] == 12_000


@pytest.mark.parametrize(
    ("kind", "fields", "layer", "form"),
    [
        ("STEPPED", {"steps": STEPS}, Layer.ORDER, Form.AMOUNT_OFF),
        ("GIFT", {"steps": [{"min_amount": 1, "gift_sku": "A"}]}, Layer.ORDER, Form.GIFT),
        ("LIMITED_PRICE", {"form": "PRICE", "amount": 5}, Layer.ITEM, Form.PRICE),
        ("MEMBER_PRICE", {"form": "PERCENT_OFF"}, Layer.ITEM, Form.PERCENT_OFF),
        ("BUNDLE", {"form": "PRICE", "parts": [{"condition": FACE}]}, Layer.BUNDLE, Form.PRICE),
        ("NTH_ITEM", {"form": "PERCENT_OFF", "nth": 3}, Layer.BUNDLE, Form.PERCENT_OFF),
        ("FREE_SHIPPING", {"form": "AMOUNT_OFF"}, Layer.SHIPPING, Form.FREE_SHIPPING),
        ("FIRST_ORDER", {"amount": 5}, Layer.ORDER, Form.AMOUNT_OFF),
    ],
)
def test_each_kind_of_offer_has_its_layer_and_form(shop, kind, fields, layer, form):
    found = offer_discounts.of_offer(offer("x", kind=kind, **fields))
    assert found is not None
    assert (found.layer, found.form) == (layer, form)
    assert found.nth == (3 if kind == "NTH_ITEM" else 0)


@pytest.mark.parametrize(
    ("kind", "layer", "form"),
    [
        ("MONEY_OFF", Layer.COUPON, Form.AMOUNT_OFF),
        ("PERCENT_OFF", Layer.COUPON, Form.PERCENT_OFF),
        ("GIFT", Layer.COUPON, Form.GIFT),
        ("FREE_SHIPPING", Layer.SHIPPING, Form.FREE_SHIPPING),
        ("EXCHANGE", Layer.COUPON, Form.PRICE),
        ("MULTIPLIER", Layer.COUPON, Form.MULTIPLIER),
    ],
)
def test_each_kind_of_coupon_has_its_layer_and_form(shop, kind, layer, form):
    found = offer_discounts.of_type(coupon_type("x", kind=kind, min_spend_amount=7))
    assert found is not None
    assert (found.layer, found.form, found.min_amount) == (layer, form, 7)


def test_the_newest_version_that_has_begun_decides_also_when_it_has_ended(shop):
    offer("spring", steps=STEPS)
    offer("spring", version=2, steps=[{"min_amount": 10_000, "amount": 5_000}],
          valid_from=NOW + timedelta(hours=1), valid_until=NOW + timedelta(hours=2))  # fmt: skip
    prices = [
        quote(line("1", 12_000), at=NOW + timedelta(hours=hours))["payable_amount"]
        for hours in (0, 1, 2)
    ]
    assert prices == [10_000, 7_000, 12_000]


def test_limits_are_those_of_the_version_in_force(shop):
    offer("spring", steps=STEPS, limit_member=1)
    offer("spring", version=2, steps=STEPS, valid_from=NOW + timedelta(hours=1))
    offer("ended", steps=STEPS, limit_count=1, valid_until=NOW)
    shelf = offer_books.current()
    assert {code: one.member for code, one in shelf.limited(NOW).items()} == {"spring": 1}
    assert shelf.limited(NOW + timedelta(hours=1)) == {}


def test_margin_floors_and_prices_of_gifts_are_on_it(shop):
    MarginFloor.objects.create(sku="SK-1", floor_amount=11_000)
    MarginFloor.objects.create(category="face", cost_percent=100)
    Product.objects.create(sku="SK-2", category="face", cost_amount=9_500)
    assert offer_books.floors() == {
        ("SK-1", ""): Floor(11_000, None),
        ("", "face"): Floor(None, 100),
    }
    offer("half", kind="LIMITED_PRICE", form="PERCENT_OFF", off_basis_points=5_000)
    answer = quote(line("1", 12_000), line("2", 12_000))
    assert [row["net_amount"] for row in answer["lines"]] == [11_000, 9_500]
    assert answer["lines"][0]["cuts"] == [{"layer": "item", "code": "half", "amount": 5_000}]
