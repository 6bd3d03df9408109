"""At the counter: one box, one big answer, one card."""

import uuid

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from members.models import Consent, Event, Member, Store
from tests import world
from tests.console import staff
from tests.loyalty import till

pytestmark = pytest.mark.django_db
LOOKUP = "/console/counter/lookup/"
CARD = "/console/counter/card/"
ENROLL = "/console/counter/enroll/"
FRAGMENT = {"X-Fragment": "1"}


@pytest.fixture
def clerk(shop):
    return staff.logged_in("wang", "clerk", ["SH01"])


def look_up(browser, text):
    return staff.text(browser.post(LOOKUP, {"text": text}, headers=FRAGMENT))


def form(**changes):
    """What a browser sends when the form was filled in; unticked boxes are left out."""
    filled = {
        "submission": str(uuid.uuid4()),
        "phone": "137 0013 7000",
        "name": "李雷",
        "store": str(_store_id("SH01")),
        "offers_sms": "on",
    }
    return {name: value for name, value in {**filled, **changes}.items() if value is not None}


def _store_id(code):
    return Store.objects.get(code=code).pk


@pytest.mark.parametrize(
    "typed", ["13800138000", "138 0013 8000", "+86-138-0013-8000", "１３８００１３８０００"]
)
def test_a_phone_opens_the_card_however_it_is_typed(clerk, alice, typed):
    shown = look_up(clerk, typed)

    assert "Member found" in shown
    assert f'data-card="{alice.card_number}"' in shown


def test_a_scanned_card_opens_the_card(clerk, alice):
    assert f'data-card="{alice.card_number}"' in look_up(clerk, alice.card_number)


def test_the_card_shows_the_person_masked(clerk, alice):
    shown = look_up(clerk, world.ALICE_PHONE)

    assert "张*" in shown
    assert "138****8000" in shown
    assert "爱丽" not in shown
    assert world.ALICE_PHONE not in shown


def test_the_card_says_balance_tier_progress_and_last_purchases(clerk, alice):
    till.sell("T-1", till.line("1", 280_000), when=world.NOW)

    shown = look_up(clerk, world.ALICE_PHONE)

    assert "2,800" in shown
    assert "worth ¥28.00" in shown
    assert "Member" in shown
    assert "¥200 and 4 orders more by" in shown
    assert "¥2,800.00" in shown
    assert "Can pay ¥28.00 with points now" in shown


def test_a_debt_is_said_first(clerk, alice):
    order = till.sell("T-1", till.line("1", 20_000), when=world.NOW)
    till.sell("T-2", till.line("1", 5_000), when=world.NOW, points_amount=200)
    till.give_back(order, "R-1", when=world.NOW)

    shown = look_up(clerk, world.ALICE_PHONE)

    # 200 earned and spent, 48 earned on the ¥48 in money: 200 to be taken back, 152 missing.
    assert "Owes 152 points" in shown


def test_a_name_s_first_character_lists_members_masked(clerk, alice):
    zhang = world.register(
        world.members.Registration(
            identities=(world.IdentityClaim("PHONE", "13600136000"),),
            name="张伟",
            channel="pos",
            store="SH01",
        )
    )

    shown = look_up(clerk, "张")

    assert "2 members: which one?" in shown
    assert alice.card_number in shown
    assert zhang.card_number in shown
    assert "136****6000" in shown
    assert "爱丽" not in shown
    assert "data-card" not in shown


def test_choosing_one_of_several_opens_the_card(clerk, alice):
    shown = staff.text(clerk.post(CARD, {"member": str(alice.uid)}, headers=FRAGMENT))

    assert f'data-card="{alice.card_number}"' in shown


def test_less_than_a_whole_number_finds_members_of_the_clerk_s_stores_only(clerk, bob):
    assert "No member found" in look_up(clerk, "9000")
    assert "No member found" in look_up(clerk, "Bob Stone")
    assert clerk.post(CARD, {"member": str(bob.uid)}, headers=FRAGMENT).status_code == 404


def test_a_whole_phone_finds_a_member_of_another_store_without_opening_their_page(clerk, bob):
    shown = look_up(clerk, world.BOB_PHONE)

    assert f'data-card="{bob.card_number}"' in shown
    assert "A member of another store" in shown
    assert reverse("admin:members_member_change", args=[bob.pk]) not in shown


@pytest.mark.parametrize("sent", ["", "x", "1"])
def test_a_choice_that_is_no_member_says_what_to_do(clerk, sent):
    assert "Nothing typed" in staff.text(clerk.post(CARD, {"member": sent}, headers=FRAGMENT))


@pytest.mark.parametrize("url", [LOOKUP, CARD, ENROLL])
def test_personal_data_never_comes_by_the_address(clerk, url):
    assert clerk.get(url, {"text": world.ALICE_PHONE}).status_code == 405


def test_an_unknown_phone_offers_to_enroll_with_the_phone_filled_in(clerk):
    shown = look_up(clerk, "137 0013 7000")

    assert "result-bad" in shown
    assert "No member found" in shown
    assert 'value="137 0013 7000"' in shown
    assert "May we send you offers by text message?" in shown


def test_an_unknown_name_is_filled_in_as_the_name(clerk):
    assert 'name="name" value="李雷"' in look_up(clerk, "李雷")


def test_nothing_typed_says_what_to_do(clerk):
    shown = look_up(clerk, "  ")

    assert "Nothing typed" in shown
    assert "enroll" not in shown.lower()


def test_enrolling_makes_a_member_of_the_store_with_the_consents_that_were_given(clerk):
    shown = staff.text(clerk.post(ENROLL, form(), headers=FRAGMENT))

    member = Member.objects.get()
    assert "Enrolled" in shown
    assert "result-good" in shown
    assert f'data-card="{member.card_number}"' in shown
    assert (member.name, member.store.code, member.channel.code) == ("李雷", "SH01", "pos")
    assert (member.placement, member.registered_by.username) == ("counter", "wang")
    assert list(Consent.objects.values_list("purpose", "medium", "is_granted")) == [
        ("MARKETING", "SMS", True)
    ]
    assert Event.objects.filter(type="members.member.registered", actor__username="wang").exists()


def test_a_form_sent_twice_enrolls_once(clerk):
    filled = form()

    first = staff.text(clerk.post(ENROLL, filled, headers=FRAGMENT))
    again = staff.text(clerk.post(ENROLL, filled, headers=FRAGMENT))

    assert again == first
    assert Member.objects.count() == 1
    assert Consent.objects.count() == 1


def test_enrolling_a_known_phone_shows_the_member_who_has_it(clerk, alice):
    shown = staff.text(clerk.post(ENROLL, form(phone=world.ALICE_PHONE), headers=FRAGMENT))

    assert "Already a member" in shown
    assert f'data-card="{alice.card_number}"' in shown
    assert Member.objects.count() == 1
    assert Member.objects.get().name == "张爱丽"


@pytest.mark.parametrize("phone", ["", "138", "1380013800", "not a phone"])
def test_an_incomplete_phone_is_refused_and_nothing_is_written(clerk, phone):
    shown = staff.text(clerk.post(ENROLL, form(phone=phone), headers=FRAGMENT))

    assert "Not enrolled" in shown
    assert "result-bad" in shown
    assert 'value="李雷"' in shown
    assert Member.objects.count() == 0


def test_a_clerk_enrolls_for_their_own_store_only(clerk):
    shown = staff.text(clerk.post(ENROLL, form(store=str(_store_id("BJ01"))), headers=FRAGMENT))

    assert "Not enrolled" in shown
    assert Member.objects.count() == 0


def test_an_auditor_looks_up_but_does_not_enroll(shop):
    auditor = staff.logged_in("qian", "auditor")

    assert "Enroll" not in look_up(auditor, world.ALICE_PHONE)
    assert auditor.post(ENROLL, form(), headers=FRAGMENT).status_code == 403
    assert Member.objects.count() == 0


def test_without_a_log_in_the_counter_is_closed(shop, client):
    for url in ("/console/counter/", LOOKUP):
        answer = client.post(url, {"text": world.ALICE_PHONE}) if url == LOOKUP else client.get(url)
        assert answer.status_code == 302
        assert answer["Location"].startswith("/console/login/")


def test_without_javascript_the_whole_page_comes_back(clerk, alice):
    shown = staff.text(clerk.post(LOOKUP, {"text": world.ALICE_PHONE}))

    assert "<html" in shown
    assert f'data-card="{alice.card_number}"' in shown


def test_the_answers_are_not_kept_by_the_browser(clerk, alice):
    answer = clerk.post(LOOKUP, {"text": world.ALICE_PHONE}, headers=FRAGMENT)

    assert "no-store" in answer["Cache-Control"]


def test_page_and_card_stay_within_their_queries(clerk, alice):
    till.sell("T-1", till.line("1", 280_000), when=world.NOW)
    for ask in (
        lambda: clerk.get("/console/counter/"),
        lambda: clerk.post(LOOKUP, {"text": world.ALICE_PHONE}, headers=FRAGMENT),
        lambda: clerk.post(LOOKUP, {"text": world.ALICE_PHONE}),
    ):
        with CaptureQueriesContext(connection) as queries:
            ask()
        assert len(queries) <= staff.MOST_QUERIES
