"""The console's page of earning rules: sentences, the editor's answers, versions and stops."""

import json
from datetime import timedelta

import pytest
from django.urls import reverse

from loyalty.models import EarningRule, Program, StackingGroup
from members.models import AuditRecord, Store, Tag
from tests import world
from tests.console import staff

pytestmark = pytest.mark.django_db
NESTED = {
    "all": [
        {"field": "store.code", "op": "in", "value": ["SH01", "BJ01"]},
        {"field": "time.weekday", "op": "in", "value": [6, 7]},
        {"field": "line.category", "op": "eq", "value": "skincare"},
    ]
}
LIST = "/console/loyalty/earningrule/"


@pytest.fixture
def manager(shop):
    return staff.logged_in("li", "marketing_manager")


def rule(**changes):
    program = Program.objects.get()
    return EarningRule.objects.create(
        **{
            "program": program,
            "code": "weekend",
            "name_en": "Weekend",
            "effect": "MULTIPLIER",
            "percent": 200,
            "condition": NESTED,
            "valid_from": world.NOW,
            **changes,
        }
    )


def form(**changes):
    return {
        "name_zh": "",
        "name_en": "Weekend",
        "program": Program.objects.get().pk,
        "code": "weekend",
        "effect": "MULTIPLIER",
        "points": "1",
        "per_amount": "1.00",
        "percent": "200",
        "condition": json.dumps(NESTED),
        "min_amount": "0",
        "min_quantity": "0",
        "on_return": "REQUALIFY",
        "budget_mode": "STRICT",
        "validity": "",
        "validity_count": "0",
        "validity_rounding": "NONE",
        "valid_from_0": "2026-03-02",
        "valid_from_1": "14:00:00",
        "valid_until_0": "",
        "valid_until_1": "",
        **changes,
    }


def spoken(browser, **changes):
    answer = browser.post(reverse("admin:loyalty_earningrule_spoken_new"), form(**changes))
    assert answer.status_code == 200
    return answer.json()


def shown(text):
    return text.replace("&#x27;", "'")


def test_a_rule_reads_as_whole_sentences(manager):
    group = StackingGroup.objects.create(
        program=Program.objects.get(), code="time", name_en="Time", mode="BEST"
    )
    made = rule(
        group=group,
        min_amount=20_000,
        cap_day_points=500,
        cap_member_points=2_000,
        budget_points=10_000,
        budget_mode="PARTIAL",
        pending_days=15,
        valid_until=world.NOW + timedelta(days=30),
    )
    made.stores.set(Store.objects.filter(code="SH01"))
    made.budgets.create(shard=0, left_points=3_200)

    listed = shown(staff.text(manager.get(LIST)))

    assert (
        "Points × 2 if in Jing'an or Sanlitun, on Saturday or Sunday, and the item is of category "
        "skincare. Only from ¥200 of these goods on. With other rules of “Time”: only the best "
        "one counts. At most 500 points per member and day and 2,000 points per member in all. "
        "Budget 10,000 points, 3,200 left; the last order gets what is left. Live only in "
        "Jing'an. These points: usable 15 days after the order. Holds from 2 Mar 2026, 14:00 "
        "until 1 Apr 2026, 14:00."
    ) in listed
    assert "3,200 of 10,000 points left" in listed


def test_while_a_rule_is_made_its_sentence_follows_the_form(manager):
    told = spoken(manager, percent="300")

    assert told["problems"] == []
    assert told["sentence"].startswith("Points × 3 if in Jing'an or Sanlitun, on Saturday")


def test_a_mistake_in_the_condition_is_told_at_its_place(manager):
    tree = {"all": [NESTED, {"not": {"field": "time.hour", "op": "eq", "value": 24}}]}

    assert spoken(manager, condition=json.dumps(tree)) == {
        "sentence": "1 thing to mend",
        "problems": [
            {"path": "all[1].not.value", "message": "The number must be between 0 and 23."}
        ],
    }


def test_a_store_that_nobody_has_is_refused_a_category_to_come_is_not(manager):
    gone = {"field": "store.code", "op": "in", "value": ["SH01", "SH99"]}
    coming = {"field": "line.category", "op": "in", "value": ["perfume"]}

    assert spoken(manager, condition=json.dumps(gone))["problems"] == [
        {
            "path": "value",
            "message": "“SH99” isn't there (any more): choose another value.",
        }
    ]
    assert spoken(manager, condition=json.dumps(coming))["problems"] == []


def test_a_form_that_is_not_filled_in_yet_says_the_condition_alone(manager):
    tag = Tag.objects.create(code="vip", name_en="VIP")
    tree = {"field": "member.tags", "op": "contains", "value": [tag.code]}

    told = spoken(manager, percent="", condition=json.dumps(tree))

    assert told == {"sentence": "the member is tagged VIP", "problems": []}


def test_a_rule_is_saved_with_its_condition(manager):
    answer = manager.post(f"{LIST}add/", form())

    assert answer.status_code == 302
    made = EarningRule.objects.get(code="weekend")
    assert (made.state, made.version, made.condition, made.percent) == ("DRAFT", 1, NESTED, 200)


@pytest.mark.parametrize(
    ("changes", "refusal"),
    [
        ({"condition": "{"}, "This part can&#x27;t be read as a condition."),
        ({"condition": '{"any": [{}]}'}, "This group is empty"),
        ({"percent": "100"}, "100 changes nothing"),
        ({"effect": "FIXED", "points": "0"}, "Give at least one point"),
        ({"effect": "PER_AMOUNT", "per_amount": ""}, "say per how much"),
        ({"cap_day_points": "0"}, "leave it empty for no limit"),
        ({"validity": "MONTHS"}, "Say how many"),
        ({"validity": "FIXED_DATES"}, "The programme names no fixed dates"),
        ({"valid_until_0": "2026-03-01", "valid_until_1": "00:00"}, "after the start"),
    ],
)
def test_what_makes_no_sense_is_refused_in_words(manager, changes, refusal):
    answer = manager.post(f"{LIST}add/", form(**changes))

    assert refusal in staff.text(answer)
    assert not EarningRule.objects.filter(code="weekend").exists()


def send(browser, name, row, **fields):
    path = reverse(f"admin:loyalty_earningrule_{name}", args=[row.pk])
    return browser.post(path, {"_form_submitted": "True", **fields})


def test_a_published_rule_gets_a_new_version_as_a_draft_and_one_only(manager):
    published = rule(state="PUBLISHED", budget_points=500)
    published.stores.set(Store.objects.filter(code="SH01"))

    first = send(manager, "new_version", published)
    again = send(manager, "new_version", published)

    draft = EarningRule.objects.get(code="weekend", state="DRAFT")
    assert (draft.version, draft.condition, draft.budget_points) == (2, NESTED, 500)
    assert [store.code for store in draft.stores.all()] == ["SH01"]
    assert first.headers["HX-Redirect"] == again.headers["HX-Redirect"]
    assert first.headers["HX-Redirect"] == reverse(
        "admin:loyalty_earningrule_change", args=[draft.pk]
    )


def test_a_rule_is_stopped_now_with_a_reason_in_the_audit_trail(manager):
    published = rule(state="PUBLISHED", valid_from=world.NOW - timedelta(days=1))

    assert "This field is required" in staff.text(send(manager, "stop", published, note=""))
    send(manager, "stop", published, note="too dear")
    send(manager, "stop", published, note="too dear")

    published.refresh_from_db()
    assert (published.state, published.valid_until) == ("RETIRED", world.NOW)
    trail = AuditRecord.objects.get(action="earning_rule.stopped")
    assert (trail.reason, trail.details) == ("too dear", {"rule": "weekend", "version": 1})


def test_a_rule_that_has_not_begun_is_a_draft_again(manager):
    published = rule(state="PUBLISHED", valid_from=world.NOW + timedelta(days=1))

    send(manager, "stop", published, note="later")

    published.refresh_from_db()
    assert (published.state, published.valid_until) == ("DRAFT", None)


def test_a_published_rule_is_shown_as_a_sentence_and_not_as_a_form(manager):
    published = rule(state="PUBLISHED", budget_points=500)

    page = shown(staff.text(manager.get(f"{LIST}{published.pk}/change/")))

    assert "Points × 2 if in Jing'an or Sanlitun" in page
    assert 'name="condition"' not in page
    assert "0 points on 0 orders" in page


def test_a_clerk_gets_no_sentence(shop):
    browser = staff.logged_in("wang", "clerk", ["SH01"])

    assert browser.post(reverse("admin:loyalty_earningrule_spoken_new"), {}).status_code == 403


def test_the_modes_of_stacking_are_shown_with_the_example(manager):
    program = Program.objects.get()
    for mode in StackingGroup.Mode:
        StackingGroup.objects.create(program=program, code=mode.lower(), name_en=mode, mode=mode)

    listed = staff.text(manager.get("/console/loyalty/stackinggroup/"))

    assert "100 × 1.5 × 2 = 300 points" in listed
    assert "100 + 50 + 100 = 250 points" in listed
    assert "100 × 2, the larger one = 200 points" in listed
