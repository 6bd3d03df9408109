"""Tiers at the console: sentences, who would move before thresholds are saved, and by hand."""

import uuid
from datetime import date

import pytest
from django.urls import reverse
from django.utils import translation

from loyalty.admin import tier_sentences
from loyalty.models import Account, Tier, TierChange
from loyalty.services import tier_grants
from members.errors import SameChecker, StaleTarget
from members.models import ApprovalRequest, User
from members.services import approvals
from tests import world
from tests.console import staff
from tests.loyalty import till

pytestmark = pytest.mark.django_db
TIERS = "/console/loyalty/tier/"


@pytest.fixture
def manager(shop):
    return staff.logged_in("chen", "marketing_manager")


@pytest.fixture
def service(shop):
    return staff.logged_in("li", "customer_service")


def spend(yuan, phone=world.ALICE_PHONE):
    till.sell(f"T-{phone}-{yuan}", till.line("1", yuan * 100), when=world.NOW, phone=phone)


def filled(tier, **changed):
    """The form of a tier as the browser sends it."""
    fields = {
        "name_zh": tier.name_zh,
        "name_en": tier.name_en,
        "color": tier.color,
        "spend_amount": f"{tier.spend_amount / 100:.2f}",
        "orders_count": tier.orders_count,
        "qualifying_points": tier.qualifying_points,
        "clv_amount": f"{tier.clv_amount / 100:.2f}",
        "match": tier.match,
        "cap_percent": "",
        "cap_count": "",
        "price_points": "",
        "coefficient_percent": tier.coefficient_percent,
        "gift_points": tier.gift_points,
        "_save": "Save",
    }
    return {**fields, **changed}


@pytest.mark.parametrize(
    ("code", "fields", "needs"),
    [
        ("member", {}, "Everyone starts here"),
        ("silver", {}, "From ¥3,000 net and 5 orders"),
        ("silver", {"match": "ANY"}, "From ¥3,000 net or 5 orders"),
        (
            "silver",
            {"orders_count": 0, "price_points": 1_000},
            "From ¥3,000 net, or for 1,000 points",
        ),
        (
            "silver",
            {"spend_amount": 0, "orders_count": 0, "qualifying_points": 800, "clv_amount": 9_900},
            "From 800 qualifying points and ¥99 lifetime value",
        ),
        ("silver", {"is_invite_only": True}, "By invitation only"),
        ("silver", {"spend_amount": 0, "orders_count": 0}, "By hand only"),
        (
            "diamond",
            {"cap_percent": 1, "orders_count": 0},
            "The best 1 % of those from ¥30,000 net",
        ),
        ("diamond", {"spend_amount": 0, "orders_count": 0, "cap_count": 3}, "The best 3 members"),
    ],
)
def test_a_tier_reads_as_a_sentence(shop, code, fields, needs):
    Tier.objects.filter(code=code).update(**fields)
    with translation.override("en"):
        assert tier_sentences.needs(Tier.objects.get(code=code)) == needs


def test_what_a_tier_gives_reads_as_a_sentence(shop):
    Tier.objects.filter(code="gold").update(gift_points=500, never_downgrade=True)
    with translation.override("en"):
        told = tier_sentences.gives(Tier.objects.get(code="gold"))
    assert told == "Points × 1.5, 500 points as a gift on the upgrade, never taken away"


def test_changed_thresholds_show_who_would_move_and_save_nothing_yet(manager, alice):
    Tier.objects.update(orders_count=0)
    spend(2_000)
    silver = Tier.objects.get(code="silver")
    shown = staff.text(
        manager.post(f"{TIERS}{silver.pk}/change/", filled(silver, spend_amount="1500"))
    )
    assert "Who would move" in shown
    assert "1 member" in shown
    assert f"···{alice.card_number[-4:]}" in shown
    assert alice.card_number not in shown
    silver.refresh_from_db()
    assert silver.spend_amount == 300_000
    assert Account.objects.get(member_id=alice.pk).tier.code == "member"


def test_the_confirmation_saves_them(manager, alice):
    silver = Tier.objects.get(code="silver")
    sent = filled(silver, spend_amount="1500", orders_count=0, _moves_seen="1")
    assert manager.post(f"{TIERS}{silver.pk}/change/", sent).status_code == 302
    silver.refresh_from_db()
    assert (silver.spend_amount, silver.orders_count) == (150_000, 0)


def test_raised_thresholds_show_who_would_fall_at_the_terms_end(manager, alice, bob):
    Tier.objects.update(orders_count=0)
    spend(3_000)
    spend(5_000, world.BOB_PHONE)
    silver = Tier.objects.get(code="silver")
    shown = staff.text(
        manager.post(f"{TIERS}{silver.pk}/change/", filled(silver, spend_amount="4000"))
    )
    assert "Nobody moves at once." in shown
    assert f"···{alice.card_number[-4:]}" in shown
    assert f"···{bob.card_number[-4:]}" not in shown


def test_what_moves_nobody_is_saved_at_once(manager):
    silver = Tier.objects.get(code="silver")
    assert (
        manager.post(f"{TIERS}{silver.pk}/change/", filled(silver, name_en="Argent")).status_code
        == 302
    )
    silver.refresh_from_db()
    assert silver.name_en == "Argent"


@pytest.mark.parametrize(
    ("code", "changed", "said"),
    [
        ("member", {"spend_amount": "1"}, "Everyone starts at rank 0"),
        ("gold", {"cap_count": "5", "never_downgrade": "on"}, "Not for a tier with a limit"),
        ("gold", {"cap_percent": "101"}, "Between 0 and 100."),
    ],
)
def test_what_makes_no_sense_is_refused_in_words(manager, code, changed, said):
    tier = Tier.objects.get(code=code)
    shown = staff.text(manager.post(f"{TIERS}{tier.pk}/change/", filled(tier, **changed)))
    assert said in shown


def dialog(browser, member, name, **fields):
    """A dialog of the member's page, filled in and sent."""
    sent = {"submission": str(uuid.uuid4()), "_form_submitted": "on", **fields}
    return browser.post(f"{staff.MEMBERS}{member.pk}/{name}/", sent)


def by_hand(browser, member, **fields):
    return dialog(browser, member, "set-tier", **{"tier": "gold", "reason": "goodwill", **fields})


def agree(at=world.NOW):
    checker = world.operator("boss", role="marketing_manager")
    request = ApprovalRequest.objects.get(status="PENDING")
    return approvals.approve(request_id=request.pk, checker=checker, at=at)


def test_a_tier_by_hand_waits_for_a_second_person(service, alice):
    assert by_hand(service, alice, until_on="2026-06-30").status_code == 200
    request = ApprovalRequest.objects.get()
    assert (request.action, request.maker.username) == ("loyalty.tier.set", "li")
    assert Account.objects.get(member_id=alice.pk).tier.code == "member"
    User.objects.filter(username="li").update(is_superuser=True)
    mighty = User.objects.get(username="li")
    with pytest.raises(SameChecker):
        approvals.approve(request_id=request.pk, checker=mighty, at=world.NOW)
    assert not TierChange.objects.filter(reason="HAND").exists()

    agree()

    assert Account.objects.get(member_id=alice.pk).tier.code == "gold"


def test_another_tier_by_hand_meanwhile_makes_the_request_outdated(service, alice):
    by_hand(service, alice)
    tier_grants.set_by_hand(
        member_id=alice.pk,
        tier_code="silver",
        until_on=None,
        reason="goodwill",
        actor=User.objects.get(username="li"),
        at=world.NOW,
    )

    with pytest.raises(StaleTarget):
        agree()

    assert Account.objects.get(member_id=alice.pk).tier.code == "silver"


def test_what_the_second_person_reads_says_tier_day_and_reason(service, alice):
    by_hand(service, alice, until_on="2026-06-30")
    boss = staff.logged_in("chief", "marketing_manager")
    page = reverse("admin:members_approvalrequest_change", args=[ApprovalRequest.objects.get().pk])
    shown = staff.text(boss.get(page))
    for told in ("Tier: Gold", "Through 30 Jun 2026", "Goodwill"):
        assert told in shown


def test_a_tier_is_set_by_hand_and_the_history_says_why_and_who(service, alice):
    assert by_hand(service, alice, until_on="2026-06-30").status_code == 200
    agree()
    change = TierChange.objects.get(reason="HAND")
    assert (change.to_tier.code, change.until_at) == ("gold", till.at("2026-07-01"))
    shown = staff.text(service.get(staff.page(alice, "tier")))
    assert "By hand" in shown
    assert "Goodwill" in shown
    assert "by li" in shown
    assert "At least Gold through" in shown


def test_the_same_form_twice_asks_and_sets_it_once(service, alice):
    submission = str(uuid.uuid4())
    for _ in range(2):
        by_hand(service, alice, submission=submission, until_on="2026-06-30")
    agree()
    assert TierChange.objects.filter(reason="HAND").count() == 1


def test_it_is_ended_by_hand(service, alice):
    tier_grants.set_by_hand(
        member_id=alice.pk,
        tier_code="gold",
        until_on=date(2026, 6, 30),
        reason="goodwill",
        actor=User.objects.get(username="li"),
        at=world.NOW,
    )
    dialog(service, alice, "end-tier", reason="correction")
    assert Account.objects.get(member_id=alice.pk).tier.code == "member"


def test_a_clerk_sets_no_tier(shop, alice):
    clerk = staff.logged_in("wang", "clerk")
    assert by_hand(clerk, alice).status_code in (302, 403)
    assert not ApprovalRequest.objects.exists()


def test_the_page_says_what_the_present_term_lacks(service, alice):
    Tier.objects.update(orders_count=0)
    spend(3_000)
    shown = staff.text(service.get(staff.page(alice, "tier")))
    assert "to reach Gold" in shown
    assert "to keep Silver" in shown
