"""An offer of each kind in words, as a manager checks it before it is published."""

from datetime import UTC, datetime

import pytest
from django.utils import translation

from campaigns.admin import offer_sentences, quote_words
from campaigns.admin.offer_effects import Teller
from campaigns.models import Offer
from campaigns.selectors.offer_uses import Standing
from members.models import Store
from tests.campaigns.shop import NOW

pytestmark = pytest.mark.django_db
SKINCARE = {"field": "line.category", "op": "eq", "value": "skincare"}
GOLD = {"field": "member.tier", "op": "in", "value": ["gold"]}
STEPS = [
    {"min_amount": 10_000, "amount": 2_000},
    {"min_amount": 20_000, "amount": 5_000},
]


@pytest.fixture(autouse=True)
def _in_english():
    with translation.override("en"):
        yield


def offer(**changes):
    return Offer(**{"code": "spring", "name_en": "Spring", "valid_from": NOW, **changes})


def told(**changes):
    """The first half of the sentence: what it does, to which carts, from what on."""
    return offer_sentences.brief(offer(**changes))


def whole(made, **options):
    return offer_sentences.whole(made, stores=[], **options)


def test_everything_that_decides_is_in_the_sentence(shop):
    made = offer(
        steps=STEPS,
        condition={"all": [SKINCARE, GOLD]},
        limit_member=1,
        limit_count=500,
        budget_amount=1_000_000,
        valid_until=datetime(2026, 3, 31, 16, tzinfo=UTC),
    )
    stores = list(Store.objects.order_by("code"))
    standing = Standing(uses=58, left_amount=942_000, left_count=442)

    assert offer_sentences.whole(made, stores=stores, standing=standing) == (
        "Spend ¥100, save ¥20; spend ¥200, save ¥50, if the item is of category skincare, and the "
        "member's tier is Gold. Only in Sanlitun and Jing'an. Goes with others. Purchases at "
        "most: 1 per member and 500 in all, 442 left. Budget ¥10,000, ¥9,420 left. "
        "Valid from 2 Mar 2026, 14:00 through 31 Mar 2026."
    )


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"steps": []}, "No steps yet."),
        ({"steps": STEPS[:1], "is_repeated": True}, "For every ¥100, save ¥20."),
        (
            {"steps": STEPS[:1], "is_repeated": True, "cap_amount": 4_000},
            "For every ¥100, save ¥20, at most ¥40.",
        ),
        ({"steps": [{"min_quantity": 3, "amount": 1_000}]}, "Buy 3 pieces, save ¥10."),
        (
            {"steps": [{"min_amount": 5_000, "min_quantity": 2, "off_basis_points": 1_250}]},
            "From ¥50 and 2 pieces on, 12.5% off.",
        ),
    ],
)
def test_spend_and_save(shop, changes, sentence):
    assert told(**changes) == sentence


def test_spend_and_get_names_goods_and_coupons(shop):
    steps = [
        {"min_amount": 20_000, "gift_sku": "MUG", "gift_quantity": 1},
        {"min_amount": 50_000, "gift_coupon_type": "welcome", "gift_quantity": 2},
    ]

    assert told(kind="GIFT", steps=steps) == (
        "From ¥200 on, get 1 × MUG; from ¥500 on, get 2 × coupon “welcome”."
    )
    assert told(kind="GIFT", steps=steps[:1], is_repeated=True) == "For every ¥200, get 1 × MUG."


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        (
            {"kind": "LIMITED_PRICE", "form": "PRICE", "amount": 9_900, "condition": SKINCARE},
            "Each piece for ¥99, if the item is of category skincare.",
        ),
        (
            {"kind": "LIMITED_PRICE", "form": "AMOUNT_OFF", "amount": 1_050},
            "Each piece ¥10.50 off.",
        ),
        (
            {"kind": "MEMBER_PRICE", "form": "PERCENT_OFF", "off_basis_points": 500},
            "For members: each piece 5% off.",
        ),
        (
            {"kind": "NTH_ITEM", "form": "PERCENT_OFF", "off_basis_points": 5_000, "nth": 2},
            "Of every 2 pieces the cheapest 50% off.",
        ),
        ({"kind": "FREE_SHIPPING", "min_amount": 9_900},
         "Free shipping. Only from ¥99 of these goods on."),
        ({"kind": "FREE_SHIPPING", "cap_amount": 1_000}, "Freight of up to ¥10 is free."),
        (
            {"kind": "FIRST_ORDER", "form": "PERCENT_OFF", "off_basis_points": 1_000,
             "cap_amount": 5_000, "min_quantity": 2},
            "The first purchase 10% off, at most ¥50. Only from 2 pieces of these goods on.",
        ),
        ({"kind": "MULTIPLIER", "multiplier_percent": 250}, "Points × 2.5."),
    ],
)  # fmt: skip
def test_what_the_other_kinds_do(shop, changes, sentence):
    assert told(**changes) == sentence


def test_a_bundle_names_its_parts(shop):
    parts = [{"condition": SKINCARE, "quantity": 2}, {"condition": {}, "quantity": 1}]

    assert told(kind="BUNDLE", form="PRICE", amount=19_900, parts=parts) == (
        "Bundle of 2 pieces (the item is of category skincare), and 1 piece of any goods: for ¥199."
    )
    assert told(kind="BUNDLE", form="AMOUNT_OFF", amount=3_000) == (
        "Bundle of no parts yet: ¥30 off."
    )


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"stacking": "EXCLUSIVE"}, "Alone: no other discount goes with it."),
        (
            {"stacking": "BEST_OF", "stacking_group": "spring"},
            "Of the group “spring” only the best one counts.",
        ),
    ],
)
def test_its_class_of_stacking_is_said(shop, changes, sentence):
    assert sentence in whole(offer(steps=STEPS, **changes))


def test_many_pilot_stores_are_counted(shop):
    stores = [Store(name_en=f"S{number}") for number in range(12)]

    assert "Only in 12 pilot stores." in offer_sentences.whole(offer(steps=STEPS), stores=stores)


def test_a_scope_that_can_t_be_read_says_so(shop):
    assert told(steps=STEPS[:1], condition={"field": "gone", "op": "eq"}) == (
        "Spend ¥100, save ¥20. Its scope must be mended: “value” is missing in this comparison."
    )


def test_offers_of_a_page_share_what_they_are_told_with(shop, django_assert_num_queries):
    teller = Teller()
    made = offer(steps=STEPS, condition={"all": [SKINCARE, GOLD]})
    whole(made, teller=teller)

    with django_assert_num_queries(0):
        assert whole(made, teller=teller)


@pytest.mark.parametrize(
    ("row", "sentence"),
    [
        ({"reason": "min_spend", "figures": {"missing_amount": 1_200}},
         "¥12.00 more of these goods are needed."),
        ({"reason": "min_quantity", "figures": {"missing_quantity": 1}},
         "1 more piece of these goods is needed."),
        ({"reason": "excluded_by", "figures": {"excluded_by": "spring"}},
         "It doesn't go together with “Spring sale”."),
        ({"reason": "lower_value", "figures": {"excluded_by": "autumn"}},
         "“autumn” lowers the price more, and they don't go together."),
        ({"what": "coupon", "coupon": "ABC", "code": "coupon_redeemed"},
         "It has been used already."),
        ({"reason": "moon"}, "moon"),
    ],
)  # fmt: skip
def test_why_not_is_said_with_its_figures(shop, row, sentence):
    assert quote_words.reason(row, names={"spring": "Spring sale"}) == sentence


@pytest.mark.parametrize(
    ("row", "sentence"),
    [
        ({"amount": 2_000}, "¥20.00 off"),
        ({"amount": 3_000, "shipping_amount": 1_000, "times": 2},
         "¥20.00 off and ¥10.00 off the freight, 2 times"),
        ({"amount": 0, "gifts": [{"sku": "MUG", "quantity": 2}]}, "2 × MUG as a gift"),
        ({"amount": 0, "gifts": [{"coupon_type": "welcome"}]}, "a coupon “welcome” as a gift"),
        ({"amount": 0, "multiplier_percent": 200}, "Points × 2"),
        ({"amount": 0}, "nothing off"),
    ],
)  # fmt: skip
def test_what_applies_is_said_with_its_figures(shop, row, sentence):
    assert quote_words.discount(row) == sentence


def test_a_discount_has_its_name_in_the_reader_s_language():
    row = {"code": "spring", "name_zh": "春季", "name_en": "Spring"}

    assert quote_words.name(row) == "Spring"
    with translation.override("zh-hans"):
        assert quote_words.name(row) == "春季"
    assert quote_words.name({"code": "ABC234"}) == "ABC234"
