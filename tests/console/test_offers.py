"""The console's pages of offers: sentences, the form of each kind, approval, versions, stops."""

import json
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from campaigns.models import Offer, OfferUse
from loyalty.models import Order, Pool
from members.models import ApprovalRequest, AuditRecord, Store
from tests import world
from tests.campaigns import offers
from tests.console import staff
from tests.loyalty import till

pytestmark = pytest.mark.django_db
LIST = "/console/campaigns/offer/"
SKINCARE = {"field": "line.category", "op": "eq", "value": "skincare"}
STEP = {"min_amount": 10_000, "amount": 2_000}
WHOLE_STEP = {
    "min_amount": 10_000,
    "min_quantity": 0,
    "amount": 2_000,
    "off_basis_points": 0,
    "gift_sku": "",
    "gift_quantity": 1,
    "gift_coupon_type": "",
}


@pytest.fixture
def marketer(shop):
    return staff.logged_in("zhao", "marketer")


@pytest.fixture
def manager(shop):
    return staff.logged_in("li", "marketing_manager")


def rows(name, *filled):
    """Rows of a form as the browser sends them."""
    sent = {f"{name}-TOTAL_FORMS": str(len(filled)), f"{name}-INITIAL_FORMS": "0"}
    for number, row in enumerate(filled):
        sent |= {f"{name}-{number}-{field}": value for field, value in row.items()}
    return sent


def form(*, steps=({"min_amount": "100.00", "amount": "20.00"},), parts=(), **changes):
    return {
        "kind": "STEPPED",
        "name_zh": "",
        "name_en": "Spring",
        "code": "spring",
        "form": "AMOUNT_OFF",
        "condition": "",
        "stacking": "STACKABLE",
        "valid_from_0": "2026-03-02",
        "valid_from_1": "14:00:00",
        "valid_until_0": "",
        "valid_until_1": "",
        "nth": "2",
        "min_quantity": "0",
        **rows("steps", *steps),
        **rows("parts", *parts),
        **changes,
    }


def saved(browser, **changes):
    answer = browser.post(f"{LIST}add/", form(**changes))
    assert answer.status_code == 302, answer.context["adminform"].form.errors
    return Offer.objects.get()


def shown(text):
    return text.replace("&#x27;", "'").replace("&amp;", "&")


def send(browser, name, row, **fields):
    path = reverse(f"admin:campaigns_offer_{name}", args=[row.pk])
    return browser.post(path, {"_form_submitted": "True", **fields})


# The list


def test_the_list_says_what_an_offer_does_its_state_period_and_use(manager, alice):
    made = offers.offer(
        "spring",
        steps=[STEP],
        condition=SKINCARE,
        stores=Store.objects.filter(code="SH01"),
        limit_member=1,
        budget_amount=1_000_000,
    )
    Pool.objects.create(key="offer:spring:amount", shard=0, left=942_000)
    OfferUse.objects.create(
        offer=made, code="spring", state="COMMITTED", order_id=1, amount=58_000,
        used_on=world.NOW.date(), recorded_at=world.NOW,
    )  # fmt: skip

    listed = shown(staff.text(manager.get(LIST)))

    assert (
        "Spend ¥100, save ¥20, if the item is of category skincare. Only in Jing'an. Goes with "
        "others. Purchases at most: 1 per member."
    ) in listed
    assert "¥580 of ¥10,000" in listed
    assert "1 purchase</a>" in listed
    assert "Valid from 1 Mar 2026, 14:00 on." in listed
    assert "Spend and save" in listed


def test_each_offer_stands_in_its_state_and_is_found_by_it(manager):
    day = timedelta(days=1)
    offers.offer("draft", state="DRAFT")
    waiting = offers.offer("waiting", state="DRAFT", steps=[STEP])
    send(manager, "publish", waiting, note="please")
    offers.offer("scheduled", valid_from=world.NOW + day)
    offers.offer("live")
    offers.offer("ended", valid_from=world.NOW - 2 * day, valid_until=world.NOW)
    offers.offer("again", valid_from=world.NOW - 2 * day)
    offers.offer("again", version=2)
    offers.offer("stopped", state="RETIRED", valid_until=world.NOW)

    def found(stage):
        rows = manager.get(LIST, {"stage": stage}).context["cl"].result_list
        return sorted(f"{one.code} {one.version}" for one in rows)

    assert found("DRAFT") == ["draft 1"]
    assert found("WAITING") == ["waiting 1"]
    assert found("SCHEDULED") == ["scheduled 1"]
    assert found("LIVE") == ["again 2", "live 1"]
    assert found("ENDED") == ["ended 1"]
    assert found("REPLACED") == ["again 1"]
    assert found("STOPPED") == ["stopped 1"]
    assert len(found("nonsense")) == 8


def test_without_offers_the_list_says_what_to_do(manager):
    assert "try it on a cart, then ask a second person" in staff.text(manager.get(LIST))


# The form


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


# What the editors ask


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


# Its life


def test_a_draft_goes_live_when_a_second_person_has_read_its_sentence(marketer, manager):
    made = saved(marketer, budget_amount="10000")

    assert "This field is required" in staff.text(send(marketer, "publish", made, note=""))
    send(marketer, "publish", made, note="for spring")
    request = ApprovalRequest.objects.get()
    asked = shown(staff.text(manager.get(f"/console/members/approvalrequest/{request.pk}/change/")))
    assert "Spring, version 1" in asked
    assert "Spend ¥100, save ¥20. Goes with others. Budget ¥10,000. Valid from" in asked
    approve = reverse("admin:members_approvalrequest_approve", args=[request.pk])
    manager.post(approve, {"_form_submitted": "True", "note": "fine"})

    made.refresh_from_db()
    assert made.state == "PUBLISHED"
    page = shown(staff.text(manager.get(f"{LIST}{made.pk}/change/")))
    assert "Budget ¥10,000, ¥10,000 left." in page
    assert 'name="kind"' not in page
    assert "Version 1</a>: Live" in page


def test_a_draft_that_can_t_be_published_is_refused_in_the_dialog(marketer):
    made = offers.offer("spring", state="DRAFT", steps=[{"min_amount": 100}])

    answer = staff.text(send(marketer, "publish", made, note="please"))

    assert "say how much it takes off" in answer
    assert not ApprovalRequest.objects.exists()


def test_a_published_offer_gets_a_new_version_as_a_draft_and_one_only(marketer):
    published = offers.offer(
        "spring", steps=[STEP], budget_amount=500, stores=Store.objects.filter(code="SH01")
    )

    first = send(marketer, "new_version", published)
    again = send(marketer, "new_version", published)

    draft = Offer.objects.get(state="DRAFT")
    assert (draft.version, draft.steps, draft.budget_amount) == (2, [STEP], 500)
    assert [store.code for store in draft.stores.all()] == ["SH01"]
    there = reverse("admin:campaigns_offer_change", args=[draft.pk])
    assert first.headers["HX-Redirect"] == again.headers["HX-Redirect"] == there


def test_an_offer_is_stopped_now_with_a_reason_in_the_audit_trail(marketer):
    published = offers.offer("spring", steps=[STEP])

    assert "This field is required" in staff.text(send(marketer, "stop", published, note=""))
    send(marketer, "stop", published, note="too dear")
    send(marketer, "stop", published, note="too dear")

    published.refresh_from_db()
    assert (published.state, published.valid_until) == ("RETIRED", world.NOW)
    assert AuditRecord.objects.get(action="offer.stopped").reason == "too dear"


@pytest.mark.parametrize(
    ("fields", "offered"),
    [
        ({"state": "DRAFT"}, {"publish", "try_draft"}),
        ({}, {"new_version", "stop"}),
        ({"state": "RETIRED"}, {"new_version"}),
    ],
)
def test_a_page_offers_what_fits_the_state(marketer, fields, offered):
    made = offers.offer("spring", steps=[STEP], **fields)

    page = staff.text(marketer.get(f"{LIST}{made.pk}/change/"))

    addresses = {
        name: reverse(f"admin:campaigns_offer_{name}", args=[made.pk])
        for name in ("publish", "new_version", "try_draft", "stop")
    }
    assert {name for name, address in addresses.items() if address in page} == offered


def test_a_clerk_reads_offers_and_changes_none(shop):
    made = offers.offer("spring", state="DRAFT", steps=[STEP])
    browser = staff.logged_in("wang", "clerk", ["SH01"])

    assert "Spend ¥100, save ¥20" in shown(staff.text(browser.get(LIST)))
    assert browser.get(f"{LIST}add/").status_code == 403
    assert send(browser, "publish", made, note="x").status_code == 403
    assert not ApprovalRequest.objects.exists()


# Uses, and the order's page


@pytest.fixture
def used(manager, alice):
    """An order of Shanghai and one of Beijing that the offer lowered."""
    made = offers.offer("spring", steps=[STEP])
    for number, store in ((1, "SH01"), (2, "BJ01")):
        sold = till.sell(f"T-{number}", till.line("1", 9_000), when=world.NOW, store=store)
        OfferUse.objects.create(
            offer=made, code="spring", state="COMMITTED", member_id=alice.pk,
            order_id=_order(sold).pk, amount=1_000 * number, returned_amount=500,
            used_on=world.NOW.date(), recorded_at=world.NOW,
        )  # fmt: skip
    return made


def _order(answer):
    return Order.objects.get(uid=answer["id"])


def test_uses_name_their_order_and_what_it_got(manager, used):
    listed = staff.text(manager.get("/console/campaigns/offeruse/", {"q": "spring"}))
    alone = staff.text(manager.get("/console/campaigns/offeruse/", {"q": "T-2"}))

    assert "T-1</a>" in listed
    assert "T-2</a>" in listed
    assert "¥20.00" in alone
    assert "T-1</a>" not in alone


def test_a_store_manager_reads_the_uses_of_their_store(manager, used):
    browser = staff.logged_in("sun", "store_manager", ["SH01"])

    listed = staff.text(browser.get("/console/campaigns/offeruse/"))

    assert "T-1</a>" in listed
    assert "T-2</a>" not in listed


def test_an_order_s_page_says_what_it_was_sold_with(manager, used):
    order = OfferUse.objects.get(amount=1_000).order_id

    page = shown(staff.text(manager.get(f"/console/loyalty/order/{order}/change/")))

    assert "Sold with" in page
    assert "Offer “Offer spring”: ¥10.00 off; ¥5.00 given back by returns" in page


def test_an_order_s_page_says_what_was_not_honored(manager, alice):
    sold = till.sell("T-9", till.line("1", 9_000), when=world.NOW, coupons=["ABCDEFGHJK"])

    page = shown(staff.text(manager.get(f"/console/loyalty/order/{_order(sold).pk}/change/")))

    assert "Coupon ABCDEFGHJK: There is no such code: check it letter by letter." in page


def test_an_order_without_offers_has_no_section_of_them(manager, alice):
    sold = till.sell("T-9", till.line("1", 9_000), when=world.NOW)

    page = staff.text(manager.get(f"/console/loyalty/order/{_order(sold).pk}/change/"))

    assert "Sold with" not in page
    assert "Not honored" not in page


# The member's tab


def test_the_member_s_tab_has_what_they_may_use_and_why_not_the_rest(manager, alice):
    gold = {"field": "member.tier", "op": "eq", "value": "gold"}
    offers.offer("spring", steps=[STEP], limit_member=2, valid_until=world.NOW + timedelta(days=1))
    offers.offer("gold", steps=[STEP], condition=gold)

    page = shown(staff.text(manager.get(staff.page(alice, "offers"))))
    usable, others = page.split("Live, but not for this member now")

    assert "Spend ¥100, save ¥20. Goes with others." in usable
    assert "2 purchases left · valid until 3 Mar 2026, 14:00" in usable
    assert "Offer gold" in others
    assert "It is for members of another tier." in others


def test_without_offers_the_member_s_tab_says_so(manager, alice):
    assert "No offer is live for this member" in staff.text(
        manager.get(staff.page(alice, "offers"))
    )


def test_the_member_s_tab_asks_no_more_for_more_offers(manager, alice):
    def asked():
        with CaptureQueriesContext(connection) as queries:
            staff.text(manager.get(staff.page(alice, "offers")))
        return len(queries)

    everything = {
        "all": [
            {"field": "store.code", "op": "in", "value": ["SH01"]},
            {"field": "member.tier", "op": "in", "value": ["member", "gold"]},
            {"field": "line.category", "op": "in", "value": ["face"]},
            {"field": "line.brand", "op": "in", "value": ["us"]},
            {"field": "channel.code", "op": "in", "value": ["pos"]},
        ]
    }
    offers.offer("one", steps=[STEP], condition=everything)
    asked()
    few = asked()
    for number in range(8):
        offers.offer(f"more-{number}", steps=[STEP], condition=everything)
    asked()

    assert asked() <= few <= staff.MOST_QUERIES
