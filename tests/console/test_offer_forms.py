"""The form of an offer: what each kind keeps, and what is refused at which field."""

import json

import pytest
from django.urls import reverse

from campaigns.models import Offer
from tests.campaigns import offers
from tests.console import staff
from tests.console.offer_desk import LIST, SKINCARE, STEP, form, saved, shown

pytestmark = pytest.mark.django_db


@pytest.fixture
def marketer(shop):
    return staff.logged_in("zhao", "marketer")


@pytest.fixture
def manager(shop):
    return staff.logged_in("li", "marketing_manager")


WHOLE_STEP = {
    "min_amount": 10_000,
    "min_quantity": 0,
    "amount": 2_000,
    "off_basis_points": 0,
    "gift_sku": "",
    "gift_quantity": 1,
    "gift_coupon_type": "",
}


def test_steps_are_kept_as_filled_in_and_empty_rows_left_out(marketer):
    made = saved(
        marketer,
        steps=[
            {"min_amount": "100.00", "amount": "20.00"},
            {"min_amount": "", "amount": ""},
            {"min_amount": "200", "amount": "50"},
        ],
        condition=json.dumps(SKINCARE),
        budget_amount="10000",
        limit_member="1",
    )

    assert (made.state, made.version, made.condition) == ("DRAFT", 1, SKINCARE)
    assert made.steps == [WHOLE_STEP, {**WHOLE_STEP, "min_amount": 20_000, "amount": 5_000}]
    assert (made.budget_amount, made.limit_member) == (1_000_000, 1)


def test_what_another_kind_asks_for_is_not_kept(marketer):
    made = saved(
        marketer,
        kind="NTH_ITEM",
        form="PERCENT_OFF",
        off_basis_points="50",
        amount="7.00",
        multiplier_percent="3",
        parts=[{"quantity": "2", "condition": ""}],
    )

    assert (made.kind, made.off_basis_points, made.nth) == ("NTH_ITEM", 5_000, 2)
    assert (made.amount, made.steps, made.parts, made.multiplier_percent) == (0, [], [], 100)


def test_a_step_keeps_only_what_its_form_lowers_by(marketer):
    made = saved(
        marketer,
        form="PERCENT_OFF",
        steps=[{"min_quantity": "3", "amount": "5.00", "off_basis_points": "12.5",
                "gift_sku": "MUG"}],
    )  # fmt: skip

    assert made.steps == [
        {**WHOLE_STEP, "min_amount": 0, "min_quantity": 3, "amount": 0, "off_basis_points": 1_250}
    ]


def test_a_bundle_has_parts_with_conditions_of_their_own(marketer):
    made = saved(
        marketer,
        kind="BUNDLE",
        form="PRICE",
        amount="199.00",
        parts=[
            {"quantity": "2", "condition": json.dumps(SKINCARE)},
            {"quantity": "", "condition": ""},
            {"quantity": "1", "condition": ""},
        ],
    )

    assert made.amount == 19_900
    assert made.parts == [{"quantity": 2, "condition": SKINCARE}, {"quantity": 1, "condition": {}}]


def test_a_gift_may_be_a_live_coupon(marketer):
    offers.coupon_type("welcome")
    made = saved(
        marketer,
        kind="GIFT",
        steps=[{"min_amount": "200", "gift_coupon_type": "welcome", "gift_quantity": "2"}],
        is_repeated="on",
    )

    assert made.is_repeated
    assert made.steps == [
        {**WHOLE_STEP, "min_amount": 20_000, "amount": 0, "gift_coupon_type": "welcome",
         "gift_quantity": 2}
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("field", "changes", "refusal"),
    [
        ("steps", {"steps": ()}, "Fill in at least one step."),
        ("steps", {"steps": [{"amount": "5"}]}, "Step 1: say from which amount"),
        ("steps", {"steps": [{"min_amount": "100"}]}, "Step 1: say how much it takes off."),
        ("steps", {"steps": [{"min_amount": "10", "amount": "11"}]}, "more than the purchase"),
        (
            "steps",
            {"steps": [{"min_amount": "100", "amount": "9"}, {"min_amount": "90", "amount": "5"}]},
            "Step 2: it must ask for more than the step before.",
        ),
        ("steps", {"steps": [{"min_amount": "ten", "amount": "1"}]}, "Enter a number."),
        ("steps", {"kind": "GIFT"}, "Step 1: name a product or a coupon"),
        (
            "is_repeated",
            {
                "is_repeated": "on",
                "steps": [{"min_amount": "1", "amount": "1"}, {"min_amount": "2", "amount": "1"}],
            },
            "with one step only",
        ),
        ("form", {"form": "PRICE"}, "A whole purchase has no fixed price"),
        ("parts", {"kind": "BUNDLE", "amount": "9"}, "at least one part"),
        (
            "parts",
            {"kind": "BUNDLE", "amount": "9", "parts": [{"quantity": "1", "condition": ""}]},
            "A bundle is of two pieces at least.",
        ),
        (
            "parts",
            {"kind": "BUNDLE", "amount": "9", "parts": [{"quantity": "1", "condition": "{"}]},
            "This part can't be read as a condition.",
        ),
        ("amount", {"kind": "NTH_ITEM"}, "Say how much it takes off."),
        ("amount", {"kind": "MEMBER_PRICE", "form": "PRICE", "amount": "0"}, "Say what it costs."),
        ("off_basis_points", {"kind": "NTH_ITEM", "form": "PERCENT_OFF"}, "Say how many percent"),
        ("nth", {"kind": "NTH_ITEM", "amount": "5", "nth": "1"}, "2 for every second piece"),
        (
            "condition",
            {"kind": "LIMITED_PRICE", "form": "PRICE", "amount": "5"},
            "Say for which goods the price is",
        ),
        ("multiplier_percent", {"kind": "MULTIPLIER", "multiplier_percent": "1"}, "1 changes"),
        ("limit_count", {"limit_count": "0"}, "leave it empty for no limit"),
        ("budget_amount", {"budget_amount": "0"}, "leave it empty for no limit"),
        ("stacking_group", {"stacking": "BEST_OF"}, "Name the group"),
        (
            "valid_until",
            {"valid_until_0": "2026-03-02", "valid_until_1": "14:00"},
            "The end must be after the start.",
        ),
    ],
)
def test_what_makes_no_sense_is_refused_at_its_field(marketer, field, changes, refusal):
    answer = marketer.post(f"{LIST}add/", form(**changes))

    assert refusal in shown(staff.text(answer))
    assert list(answer.context["adminform"].form.errors) == [field]
    assert not Offer.objects.exists()


def test_the_form_comes_back_with_what_was_typed(marketer):
    page = staff.text(marketer.post(f"{LIST}add/", form(steps=[{"min_amount": "abc"}])))

    assert 'name="steps-0-min_amount" value="abc"' in page
    assert 'name="steps-TOTAL_FORMS" value="1"' in page


def test_a_draft_is_changed_on_its_page(marketer):
    made = saved(marketer)
    page = staff.text(marketer.get(f"{LIST}{made.pk}/change/"))
    assert 'name="steps-0-min_amount" value="100.00"' in page

    answer = marketer.post(
        f"{LIST}{made.pk}/change/", form(steps=[{"min_amount": "300", "amount": "70"}])
    )

    assert answer.status_code == 302
    made.refresh_from_db()
    assert [(step["min_amount"], step["amount"]) for step in made.steps] == [(30_000, 7_000)]


def test_a_code_again_is_the_next_version(marketer):
    offers.offer("spring", steps=[STEP])

    marketer.post(f"{LIST}add/", form())

    assert Offer.objects.get(state="DRAFT").version == 2


def spoken(browser, **changes):
    answer = browser.post(reverse("admin:campaigns_offer_spoken_new"), form(**changes))
    assert answer.status_code == 200
    return answer.json()


def test_while_an_offer_is_made_its_sentence_follows_the_form(marketer):
    told = spoken(marketer, condition=json.dumps(SKINCARE), condition_name="condition")

    assert told == {
        "sentence": "Spend ¥100, save ¥20, if the item is of category skincare. Goes with others. "
        "Valid from 2 Mar 2026, 14:00 on.",
        "problems": [],
    }


def test_a_part_of_a_bundle_has_its_own_sentence_and_problems(marketer):
    part = {"quantity": "1", "condition": json.dumps(SKINCARE)}
    told = spoken(marketer, kind="BUNDLE", parts=[part], condition_name="parts-0-condition")
    assert told == {"sentence": "the item is of category skincare", "problems": []}

    part["condition"] = '{"field": "store.code", "op": "eq", "value": "SH01"}'
    told = spoken(marketer, kind="BUNDLE", parts=[part], condition_name="parts-0-condition")
    assert [problem["path"] for problem in told["problems"]] == ["field"]


def test_a_clerk_gets_no_sentence(shop):
    browser = staff.logged_in("wang", "clerk", ["SH01"])

    assert browser.post(reverse("admin:campaigns_offer_spoken_new"), {}).status_code == 403
