"""What can't be an offer is refused with its field and how to mend it; what can be is published."""

import pytest

from campaigns.models import Offer
from campaigns.services import offer_checks
from campaigns.services.offer_checks import BadOffer
from members.rules.conditions import BadCondition
from tests.campaigns.offers import FACE, NOW, coupon_type
from tests.campaigns.test_offers import DOUBLE, SPEND_100_SAVE_20, TOMORROW, ask, draft, published

pytestmark = pytest.mark.django_db
OF_ITEMS = {"kind": "LIMITED_PRICE", "steps": []}
BUNDLE = {"kind": "BUNDLE", "form": "PRICE", "amount": 100, "steps": []}
BAD = [
    ({"steps": []}, "steps", "no_steps"),
    ({"steps": [{"amount": 5}]}, "steps", "no_threshold"),
    ({"steps": [{"min_amount": 100}]}, "steps", "nothing_off"),
    ({"steps": [{"min_amount": 100, "amount": 200}]}, "steps", "more_than_it_costs"),
    ({"steps": [{"min_amount": 100, "amount": -1}]}, "steps", "out_of_range"),
    ({"steps": [{"min_amount": 100, "amount": True}]}, "steps", "out_of_range"),
    ({"steps": [{"min_amount": 100, "amout": 1}]}, "steps", "unknown_field"),
    ({"steps": "spend"}, "steps", "no_steps"),
    ({"steps": SPEND_100_SAVE_20 * 2}, "steps", "not_rising"),
    (
        {"steps": [*SPEND_100_SAVE_20, {"min_amount": 20_000, "min_quantity": 1, "amount": 1}],
         "is_repeated": True},
        "is_repeated",
        "several_steps",
    ),
    (
        {"steps": [{"min_amount": 9, "min_quantity": 2, "amount": 1},
                   {"min_amount": 10, "min_quantity": 1, "amount": 2}]},
        "steps",
        "not_rising",
    ),
    ({"form": "PERCENT_OFF"}, "steps", "nothing_off"),
    ({"form": "PRICE"}, "form", "form_of_another_kind"),
    ({"kind": "GIFT"}, "steps", "no_gift"),
    ({"kind": "GIFT", "steps": [{"min_amount": 1, "gift_coupon_type": "none"}]},
     "steps", "no_such_coupon"),
    ({"kind": "GIFT", "steps": [{"min_amount": 1, "gift_sku": "A", "gift_coupon_type": "B"}]},
     "steps", "two_gifts"),
    (OF_ITEMS, "amount", "no_amount"),
    (OF_ITEMS | {"form": "PRICE"}, "amount", "no_amount"),
    (OF_ITEMS | {"form": "PERCENT_OFF"}, "off_basis_points", "out_of_range"),
    ({"kind": "FIRST_ORDER", "form": "PRICE", "amount": 1}, "form", "form_of_another_kind"),
    (BUNDLE, "parts", "no_parts"),
    (BUNDLE | {"parts": [{"condition": {}, "quantity": 1}]}, "parts", "one_piece"),
    (BUNDLE | {"parts": [{"condition": {}, "quantity": 0}]}, "parts", "out_of_range"),
    (BUNDLE | {"parts": [{"of": {}}]}, "parts", "unknown_field"),
    (DOUBLE | {"multiplier_percent": 100}, "multiplier_percent", "no_effect"),
    (DOUBLE | {"multiplier_percent": 10_001}, "multiplier_percent", "out_of_range"),
    (DOUBLE | {"budget_amount": 5}, "budget_amount", "not_for_points"),
    ({"limit_member": 0}, "limit_member", "nothing_left"),
    ({"limit_count": 0}, "limit_count", "nothing_left"),
    ({"budget_amount": 0}, "budget_amount", "nothing_left"),
    ({"cap_amount": 0}, "cap_amount", "nothing_left"),
    ({"amount": 10**12}, "amount", "out_of_range"),
    ({"min_quantity": 10**7}, "min_quantity", "out_of_range"),
    ({"valid_until": TOMORROW}, "valid_until", "ends_before_it_begins"),
]  # fmt: skip


@pytest.mark.parametrize(("changes", "field", "problem"), BAD)
def test_an_offer_that_makes_no_sense_is_refused_with_its_field(people, changes, field, problem):
    maker, _ = people
    offer = draft(**changes)
    with pytest.raises(BadOffer) as refused:
        ask(offer, maker)
    assert (refused.value.details["field"], refused.value.details["problem"]) == (field, problem)


def test_the_best_of_a_group_needs_the_group():
    offer = Offer(steps=SPEND_100_SAVE_20, stacking="BEST_OF", valid_from=NOW)
    with pytest.raises(BadOffer) as refused:
        offer_checks.check(offer)
    assert refused.value.details["field"] == "stacking_group"


PARTS = [{"condition": FACE, "quantity": 2}]


@pytest.mark.parametrize(
    "changes",
    [
        {"is_repeated": True},
        {"form": "PERCENT_OFF", "steps": [{"min_quantity": 3, "off_basis_points": 2_000}]},
        {"steps": [*SPEND_100_SAVE_20, {"min_amount": 20_000, "amount": 5_000}]},
        {"kind": "GIFT", "steps": [{"min_amount": 20_000, "gift_sku": "MUG"}]},
        {"kind": "GIFT", "steps": [{"min_amount": 20_000, "gift_coupon_type": "thanks"}]},
        OF_ITEMS | {"form": "PRICE", "amount": 9_900, "condition": FACE},
        OF_ITEMS | {"kind": "MEMBER_PRICE", "form": "PERCENT_OFF", "off_basis_points": 500},
        BUNDLE | {"parts": PARTS},
        {"kind": "NTH_ITEM", "form": "PERCENT_OFF", "off_basis_points": 10_000, "steps": []},
        {"kind": "NTH_ITEM", "form": "PRICE", "amount": 0, "steps": []},
        {"kind": "FREE_SHIPPING", "min_amount": 9_900, "steps": []},
        {"kind": "FIRST_ORDER", "amount": 1_000, "min_amount": 5_000, "steps": []},
        DOUBLE,
        {"stacking": "BEST_OF", "stacking_group": "sale", "limit_member": 1, "limit_count": 9},
    ],
)
def test_an_offer_of_each_kind_can_be_published(people, changes):
    coupon_type("thanks", amount=500)
    assert published(people, **changes).state == "PUBLISHED"


@pytest.mark.parametrize(
    "changes",
    [
        {"condition": {"all": [{"field": "line.category", "op": "eq"}]}},
        {"condition": {"all": [{"field": "order.net_amount", "op": "gte", "value": 5}]}},
        BUNDLE | {"parts": [{"condition": {"all": [
            {"field": "member.tier", "op": "eq", "value": "gold"}]}, "quantity": 2}]},
    ],
)  # fmt: skip
def test_a_scope_that_can_not_be_read_is_refused_with_its_place(people, changes):
    maker, _ = people
    with pytest.raises(BadCondition):
        ask(draft(**changes), maker)
