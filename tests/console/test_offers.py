"""The console's pages of offers: sentences, states, approval, versions, stops."""

from datetime import timedelta

import pytest
from django.urls import reverse

from campaigns.models import Offer, OfferUse
from loyalty.models import Pool
from members.models import ApprovalRequest, AuditRecord, Store
from tests import world
from tests.campaigns import offers
from tests.console import staff
from tests.console.offer_desk import LIST, SKINCARE, STEP, saved, send, shown

pytestmark = pytest.mark.django_db


@pytest.fixture
def marketer(shop):
    return staff.logged_in("zhao", "marketer")


@pytest.fixture
def manager(shop):
    return staff.logged_in("li", "marketing_manager")


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
