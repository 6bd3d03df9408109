"""Benefits in the console: a draft with its rules, publishing by two, the counter, the order."""

import uuid
from typing import Any

import pytest
import time_machine

from config.console import benefit_cards
from loyalty.models import Benefit, BenefitGrant, BenefitUse, BenefitWeight, Tier
from loyalty.services import benefit_grants, benefits
from members.errors import NotFound
from members.models import ApprovalRequest, Store
from tests import world
from tests.console import staff
from tests.loyalty import benefit_shop
from tests.loyalty.benefit_shop import everyone

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def frozen(shop: None) -> Any:
    with time_machine.travel(world.NOW, tick=False):
        yield


def test_a_draft_with_its_rules_is_saved_and_asked_for(shop: None) -> None:
    chief = staff.logged_in("chief", "marketing_manager")
    gold = Tier.objects.get(code="gold")
    sent = {
        "name_zh": "洗衣", "name_en": "Cleaning", "code": "clean", "kind": "SERVICE",
        "priority": "3", "giving": "AUTOMATIC", "every": "MONTH", "min_spend_amount": "0",
        "rules-TOTAL_FORMS": "1", "rules-INITIAL_FORMS": "0",
        "rules-0-audience": "TIER", "rules-0-tier": str(gold.pk), "rules-0-quota": "2",
    }  # fmt: skip
    answer = chief.post("/console/loyalty/benefit/add/", sent)
    assert answer.status_code == 302, staff.text(answer)
    made = Benefit.objects.get()
    assert (made.state, made.rules.get().quota) == ("DRAFT", 2)
    page = staff.text(chief.get("/console/loyalty/benefit/"))
    assert "members of the tier Gold: 2 times a month" in page
    maker = world.operator("maker")
    asked = benefits.ask_to_publish(benefit_id=made.pk, reason="spring", maker=maker, at=world.NOW)
    assert asked.status == ApprovalRequest.Status.PENDING
    benefits.run_approved(asked, world.NOW)
    made.refresh_from_db()
    assert made.state == "LIVE"
    assert "Redemption rate" in staff.text(chief.get(f"/console/loyalty/benefit/{made.pk}/change/"))


def test_a_mean_under_the_mark_is_flagged_with_its_low_ratings(alice: Any) -> None:
    one = benefit_shop.live("clean", everyone(9))
    chief = staff.logged_in("chief", "marketing_manager")
    for number, rating in enumerate((6, 7, 7)):
        used = benefit_shop.use(one, alice, str(number), world.NOW)
        BenefitUse.objects.filter(pk=used.use.pk).update(rating=rating, rated_at=world.NOW)
    assert "6.7 (3)" in staff.text(chief.get("/console/loyalty/benefit/?rated=low"))
    BenefitUse.objects.filter(rating=6).update(rating=7)
    assert "7.0 (3)" not in staff.text(chief.get("/console/loyalty/benefit/?rated=low"))


def test_a_button_on_the_card_uses_once_however_often_it_is_pressed(alice: Any) -> None:
    benefit_shop.live("clean", everyone(2), every="MONTH")
    clerk = staff.logged_in("clerk", "clerk", store_codes=["SH01"])
    operator = world.operator("other", role="clerk")
    card = benefit_cards.of_member(member=alice, operator=operator, at=world.NOW)[0]
    assert (card.left, card.why_not) == ("2 of 2 left", "")
    store = Store.objects.get(code="SH01")
    for _ in range(2):
        _member, result = benefit_cards.use(
            token=card.token, store=store, operator=operator, at=world.NOW
        )
        assert (result.tone, result.text) == ("good", "Used: clean")
    assert BenefitUse.objects.get().store == store
    with pytest.raises(NotFound):
        benefit_cards.use(token="made:up", store=store, operator=operator, at=world.NOW)
    page = staff.text(clerk.post("/console/counter/benefit/", {"benefit": card.token}))
    assert "Used: clean" in page
    assert BenefitUse.objects.count() == 1


def test_the_order_is_tried_on_a_member(alice: Any) -> None:
    benefit_shop.live("clean", everyone(2), priority=1)
    BenefitWeight.objects.create(signal="LEFT", points=7)
    chief = staff.logged_in("chief", "marketing_manager")
    page = staff.text(
        chief.post(
            "/console/loyalty/benefitweight/try/",
            {
                "_form_submitted": "on",
                "text": alice.card_number,
                "submission": "01890000-0000-7000-8000-000000000000",
            },
        )
    )
    assert "+7" in page


def dialog(browser: Any, member: Any, name: str, **fields: Any) -> str:
    address = f"{staff.MEMBERS}{member.pk}/{name}/"
    sent = {"_form_submitted": "on", "submission": str(uuid.uuid4()), **fields}
    return staff.text(browser.post(address, sent, follow=True))


def test_what_was_given_by_hand_is_ended_and_what_a_tier_or_a_prize_gives_stays(
    alice: Any,
) -> None:
    one = benefit_shop.live("clean", everyone(2))
    chief = staff.logged_in("chief", "marketing_manager")
    dialog(chief, alice, "grant-benefit", benefit=one.pk, quota=3, reason="an apology")
    prize = {"quota": 1, "days": None, "at": world.NOW}
    benefit_grants.grant(
        benefit_id=one.pk, member_id=alice.pk, key="prize:1", origin="PRIZE", **prize
    )
    benefit_shop.use(one, alice, "1", world.NOW)
    assert benefit_shop.has(one, alice) == (6, 1, 5, "")

    dialog(chief, alice, "end-benefit", benefit=one.pk, reason="a mistake")

    given = BenefitGrant.objects.get(origin="HAND")
    assert (given.ended_at, given.end_reason) == (world.NOW, "a mistake")
    assert BenefitGrant.objects.get(origin="PRIZE").ended_at is None
    panel = staff.text(chief.get(staff.page(alice, "benefits")))
    assert "Given to this member" in panel
    assert "a mistake" in panel


def test_ending_what_nobody_gave_is_refused_in_words(alice: Any) -> None:
    one = benefit_shop.live("clean", everyone(2))
    chief = staff.logged_in("chief", "marketing_manager")

    shown = dialog(chief, alice, "end-benefit", benefit=one.pk, reason="a mistake")
    assert "Nothing of this benefit was given to the member alone" in shown
