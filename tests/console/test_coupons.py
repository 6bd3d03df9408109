"""Coupons at the console: found by code, with their steps; given, let go, given on, withdrawn."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import translation

from loyalty.admin import coupon_words
from loyalty.models import Coupon, CouponType
from loyalty.services import coupon_types, coupons
from loyalty.services.coupon_refusals import CODES
from loyalty.services.coupons import LockAsk
from members.models import AuditRecord
from members.services import dispatches
from tests import world
from tests.console import staff

pytestmark = pytest.mark.django_db
LIST = "/console/loyalty/coupon/"
SEARCH = f"{LIST}search/"


@pytest.fixture
def spring(shop):
    made = CouponType.objects.create(
        code="spring", name_en="Spring", amount=2_000, validity="DAYS", valid_days=30,
        starts_at_once=True, is_transferable=True, limit_member=None, stock_count=1_000,
    )  # fmt: skip
    return coupon_types.go_live(type_id=made.pk)


def given(member, key="k", at=world.NOW):
    return coupons.grant(type_code="spring", member_id=member.pk, key=key, at=at)


def locked(coupon, member):
    ask = LockAsk(
        code=coupon.code, member_id=member.pk, holder=f"member:{member.pk}", source="web",
        external_id="W-1",
    )  # fmt: skip
    coupons.lock(asks=[ask], at=world.NOW)


def page(coupon, name="change"):
    return reverse(f"admin:loyalty_coupon_{name}", args=[coupon.pk])


def act(browser, coupon, name, **posted):
    sent = {"_form_submitted": "on", "submission": uuid4(), "reason": "Asked for it"}
    return browser.post(page(coupon, name), {**sent, **posted})


def grant(browser, member, **posted):
    sent = {"_form_submitted": "on", "submission": uuid4(), "reason": "Late parcel"}
    url = reverse("admin:members_member_grant_coupon", args=[member.pk])
    return browser.post(url, {**sent, **posted})


def test_a_coupon_is_found_by_its_whole_code_however_it_is_typed(service, spring, alice):
    coupon = given(alice)

    found = service.post(SEARCH, {"text": f" {coupon_words.grouped(coupon.code).lower()} "})

    assert found["Location"] == page(coupon)


def test_part_of_a_code_finds_nothing_and_says_so(service, spring, alice):
    coupon = given(alice)

    found = service.post(SEARCH, {"text": coupon.code[:11]}, follow=True)

    assert "No coupon of your stores has this code" in staff.text(found)


def test_a_card_lists_its_member_s_coupons(service, spring, alice, bob):
    own, other = given(alice), given(bob, "k2")

    shown = staff.text(service.post(SEARCH, {"text": alice.card_number}, follow=True))

    assert coupon_words.grouped(own.code) in shown
    assert coupon_words.grouped(other.code) not in shown


def test_its_page_tells_state_worth_and_steps(service, spring, alice):
    coupon = given(alice)
    locked(coupon, alice)

    shown = staff.text(service.get(page(coupon)))

    for told in ("Locked", "¥20 off", "W-1 (web), until 2 Mar 2026, 14:15", "Given by staff"):
        assert told in shown


def test_the_state_is_that_of_now_without_the_night(service, spring, alice):
    coupon = given(alice, at=world.NOW - timedelta(days=60))

    assert coupon.state == "CLAIMED"
    assert ">Expired<" in staff.text(service.get(LIST)).replace("\n", "").replace("  ", "")


def test_a_code_for_anybody_is_shown_by_its_ends(service, spring):
    coupon = Coupon.objects.create(
        type=spring, code="7K2M9QDX3F22", origin="IMPORT", issued_at=world.NOW
    )

    for shown in (staff.text(service.get(LIST)), staff.text(service.get(page(coupon)))):
        assert "7K2M-····-3F22" in shown
        assert "9QDX" not in shown


def test_staff_give_a_coupon_on_the_member_s_page(service, spring, alice):
    once = uuid4()

    grant(service, alice, type=spring.pk, submission=once)
    grant(service, alice, type=spring.pk, submission=once)

    coupon = Coupon.objects.get()
    assert (coupon.member_id, coupon.state, coupon.origin) == (alice.pk, "CLAIMED", "OPERATOR")
    kept = AuditRecord.objects.get(action="coupon.granted")
    assert (kept.reason, kept.member_id) == ("Late parcel", alice.pk)


def test_only_live_types_are_given(service, spring, alice):
    draft = CouponType.objects.create(code="draft", name_en="Draft")

    answer = staff.text(grant(service, alice, type=draft.pk))

    assert "Select a valid choice." in answer
    assert not Coupon.objects.exists()


def test_when_none_are_left_it_is_told_in_the_dialog(service, alice):
    made = CouponType.objects.create(code="few", name_en="Few", amount=1, valid_days=1,
                                     validity="DAYS", stock_count=1)  # fmt: skip
    coupon_types.go_live(type_id=made.pk)
    grant(service, alice, type=made.pk)

    assert "None of these are left." in staff.text(grant(service, alice, type=made.pk))
    assert Coupon.objects.count() == 1


def test_a_coupon_is_voided_with_a_reason(service, spring, alice):
    coupon = given(alice)

    act(service, coupon, "void_it", reason="Printed twice")

    coupon.refresh_from_db()
    assert (coupon.state, coupon.end_reason) == ("VOID", "Printed twice")
    assert AuditRecord.objects.get(action="coupon.voided").reason == "Printed twice"
    assert "Printed twice" in staff.text(service.get(staff.page(alice, "coupons")))


def test_without_a_reason_nothing_happens(service, spring, alice):
    coupon = given(alice)

    assert "This field is required." in staff.text(act(service, coupon, "void_it", reason=""))
    coupon.refresh_from_db()
    assert coupon.state == "CLAIMED"


def test_staff_let_go_of_what_a_checkout_keeps(service, spring, alice):
    coupon = given(alice)
    locked(coupon, alice)

    act(service, coupon, "release")

    coupon.refresh_from_db()
    assert (coupon.state, coupon.locked_for) == ("CLAIMED", "")
    assert AuditRecord.objects.filter(action="coupon.released").exists()


def test_a_coupon_goes_to_a_friend_with_a_new_code(service, spring, alice, bob):
    coupon = given(alice)

    act(service, coupon, "give_on", to=world.BOB_PHONE)

    coupon.refresh_from_db()
    friends = Coupon.objects.get(member=bob)
    assert (coupon.state, friends.state) == ("VOID", "CLAIMED")
    assert friends.code != coupon.code
    assert friends.expires_at == coupon.expires_at


def test_a_friend_that_nobody_knows_is_refused(service, spring, alice):
    coupon = given(alice)

    answer = act(service, coupon, "give_on", to="13999999999")

    assert "No member has this card or phone number." in staff.text(answer)


@pytest.mark.parametrize(
    ("state", "offered"), [("CLAIMED", {"void", "give-on"}), ("LOCKED", {"release"})]
)
def test_a_page_offers_what_fits_its_state(service, spring, alice, state, offered):
    coupon = given(alice)
    if state == "LOCKED":
        locked(coupon, alice)

    shown = staff.text(service.get(page(coupon)))

    every = {"void", "give-on", "release"}
    assert {name for name in every if f"{coupon.pk}/{name}/" in shown} == offered


def test_the_tab_shows_what_can_be_used_first_and_what_became_of_the_rest(service, spring, alice):
    usable, used = given(alice), given(alice, "k2")
    given(alice, "k3", at=world.NOW - timedelta(days=60))
    locked(used, alice)

    shown = staff.text(service.get(staff.page(alice, "coupons")))

    cards, _between, past = shown.partition("Used, over or withdrawn")
    assert coupon_words.grouped(usable.code) in cards
    assert "usable" in cards
    assert "kept for a checkout until 2 Mar 2026, 14:15" in cards
    assert "Expired" in past
    assert coupon_words.grouped(usable.code) not in past


def test_the_tab_asks_as_often_for_many_coupons(service, spring, alice):
    def queries():
        with CaptureQueriesContext(connection) as asked:
            staff.text(service.get(staff.page(alice, "coupons")))
        return len(asked)

    given(alice)
    # What a process learns once.
    queries()
    few = queries()
    for number in range(30):
        given(alice, f"k{number}", at=world.NOW - timedelta(days=number * 3))

    assert queries() == few <= staff.MOST_QUERIES


def test_the_timeline_tells_of_a_coupon(service, spring, alice):
    given(alice)
    while dispatches.drain(at=world.NOW):
        pass

    shown = staff.text(service.get(staff.page(alice)))

    assert "Was given the coupon “Spring”" in shown
    assert "loyalty.coupon" not in shown


def test_a_tab_without_coupons_says_how_one_comes_by_them(service, alice):
    assert "No coupon to use." in staff.text(service.get(staff.page(alice, "coupons")))


def test_a_store_sees_the_coupons_of_its_members_only(spring, alice, bob):
    own, other = given(alice), given(bob, "k2")
    manager = staff.logged_in("wang", "store_manager", ["SH01"])

    shown = staff.text(manager.get(LIST))

    assert coupon_words.grouped(own.code) in shown
    assert coupon_words.grouped(other.code) not in shown
    assert act(manager, other, "void_it").status_code == 404
    other.refresh_from_db()
    assert other.state == "CLAIMED"
    found = manager.post(SEARCH, {"text": other.code}, follow=True)
    assert "No coupon of your stores has this code" in staff.text(found)


@pytest.mark.parametrize(("role", "may"), [("clerk", 403), ("auditor", 403), ("marketer", 403)])
def test_others_neither_give_nor_void(spring, alice, role, may):
    coupon = given(alice)
    browser = staff.logged_in("zhao", role)

    assert act(browser, coupon, "void_it").status_code == may
    assert grant(browser, alice, type=spring.pk).status_code == may
    assert Coupon.objects.get().state == "CLAIMED"


def test_every_refusal_of_a_coupon_is_known_to_the_translators():
    with translation.override("en"):
        assert {str(text) for text in coupon_words.REFUSALS} == set(CODES.values())


def test_no_filter_of_an_address_tells_the_hidden_letters_of_a_code(shop):
    browser = staff.logged_in("ana", "analyst")

    for lookup in ("code__startswith", "code__gte", "code"):
        assert browser.get(LIST, {lookup: "A"}).status_code == 400
