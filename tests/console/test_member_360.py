"""The member list and the member's page, tab by tab."""

import uuid
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from loyalty.models import LedgerEntry
from members.models import ApprovalRequest, AuditRecord, Member
from members.registry import panels
from tests import world
from tests.console import staff
from tests.loyalty import till

pytestmark = pytest.mark.django_db
LIST = "/console/members/member/"
SEARCH = f"{LIST}search/"
TABS = ("timeline", "ledger", "orders", "tier", "messages", "consents", "profile", "approvals")


@pytest.fixture
def service(shop):
    """Customer service: the whole chain, may adjust up to 500 points alone."""
    return staff.logged_in("sun", "customer_service")


def page(member, tab="timeline", **query):
    asked = "&".join(f"{name}={value}" for name, value in {"tab": tab, **query}.items())
    return f"{reverse('admin:members_member_change', args=[member.pk])}?{asked}"


def dialog(member, name):
    return f"{LIST}{member.pk}/{name}/"


def send(browser, member, name, **filled):
    sent = {"_form_submitted": "on", "submission": str(uuid.uuid4()), **filled}
    return browser.post(dialog(member, name), sent)


def balance(member):
    return till.balances(member)[1]


# The list


def test_the_list_shows_members_masked_with_tier_and_points(service, alice):
    till.sell("T-1", till.line("1", 28_000), when=world.NOW)

    shown = staff.text(service.get(LIST))

    assert "张*" in shown
    assert alice.card_number in shown
    assert "爱丽" not in shown
    assert ">Member</span>" in shown
    assert "280" in shown


def test_the_list_stays_within_its_queries_however_many_members(service):
    with CaptureQueriesContext(connection) as empty:
        service.get(LIST)
    for number in range(30):
        till.register(f"1370013{7000 + number}", "李雷", when=world.NOW)
    with CaptureQueriesContext(connection) as full:
        service.get(LIST)

    assert len(full) <= staff.MOST_QUERIES
    assert len(full) - len(empty) <= 3


def test_a_look_up_in_the_list_opens_the_page_and_leaves_no_phone_in_an_address(service, alice):
    answer = service.post(SEARCH, {"text": world.ALICE_PHONE})

    assert answer.url == reverse("admin:members_member_change", args=[alice.pk])
    assert service.get(SEARCH, {"text": world.ALICE_PHONE}).status_code == 405


def test_several_hits_are_listed_by_their_ids(service, alice):
    other = till.register("13600136000", "张伟", when=world.NOW)

    answer = service.post(SEARCH, {"text": "张"})

    assert answer.url == f"{LIST}?id__in={other.pk},{alice.pk}"
    shown = staff.text(service.get(answer.url))
    assert alice.card_number in shown
    assert other.card_number in shown


def test_no_hit_lists_nobody(service, alice):
    shown = staff.text(service.post(SEARCH, {"text": "Nobody"}, follow=True))

    assert alice.card_number not in shown


def test_a_clerk_browses_members_of_their_stores_only(shop, alice, bob):
    clerk = staff.logged_in("wang", "clerk", ["SH01"])

    shown = staff.text(clerk.get(LIST))

    assert alice.card_number in shown
    assert bob.card_number not in shown
    assert clerk.get(page(bob)).status_code == 404
    assert clerk.post(SEARCH, {"text": world.BOB_PHONE}).url == f"{LIST}?id__in=0"


# The page


@pytest.mark.parametrize("language", ["en", "zh-hans"])
@pytest.mark.parametrize("tab", TABS)
def test_every_tab_opens_within_its_queries_and_names_nobody(shop, alice, tab, language):
    order = till.sell("T-1", till.line("1", 28_000), till.line("2", 5_000), when=world.NOW)
    till.sell("T-2", till.line("1", 9_000), when=world.NOW, points_amount=500)
    till.give_back(order, "R-1", {"2": 5_000}, when=world.NOW)
    service = staff.logged_in("sun", "customer_service", language=language)

    with CaptureQueriesContext(connection) as queries:
        shown = staff.text(service.get(page(alice, tab)))

    assert len(queries) <= staff.MOST_QUERIES
    for secret in ("爱丽", world.ALICE_PHONE, "alice@example.org", "1990-05-17"):
        assert secret not in shown


def test_every_panel_of_the_registry_has_its_tab(shop, alice):
    assert tuple(panel.code for panel in panels.member_panels()) == TABS


def test_a_tab_that_is_not_the_operator_s_is_not_opened(shop, alice):
    marketer = staff.logged_in("zhao", "marketer")

    shown = staff.text(marketer.get(page(alice, "ledger")))

    assert "Points ledger" not in shown
    assert 'class="timeline"' in shown


def test_the_header_says_balance_tier_and_progress(service, alice):
    till.sell("T-1", till.line("1", 280_000), when=world.NOW)

    shown = staff.text(service.get(page(alice)))

    assert "2,800" in shown
    assert "¥200 and 4 more orders to Silver" in shown


def test_the_timeline_tells_an_order_in_one_sentence(service, alice):
    till.sell("T-1", till.line("1", 28_000), when=world.NOW)

    shown = staff.text(service.get(page(alice)))

    assert "Bought for ¥280.00 at Jing&#x27;an, earned 280 points" in shown
    assert "Became a member at Jing&#x27;an" in shown
    assert "loyalty." not in shown


def test_the_timeline_tells_a_rise(service, alice):
    for number in range(5):
        till.sell(f"T-{number}", till.line("1", 60_000), when=world.NOW)

    assert "Rose from Member to Silver" in staff.text(service.get(page(alice)))


def test_the_timeline_goes_on_where_its_page_ended(service, alice):
    for number in range(33):
        when = world.NOW - timedelta(minutes=60 - number)
        till.sell(f"T-{number:02d}", till.line("1", 100), when=when)

    first = staff.text(service.get(page(alice)))
    older = first.split("&amp;before=")[1].split('"')[0]
    second = staff.text(service.get(page(alice, before=older)))

    # With the registration there are 34 sentences, 30 on a page.
    assert "T-32" in first
    assert "T-02" not in first
    assert "T-02" in second
    assert "Became a member" in second
    assert "&amp;before=" not in second


def test_the_ledger_says_why(service, alice):
    till.sell("T-1", till.line("1", 28_000), when=world.NOW)

    shown = staff.text(service.get(page(alice, "ledger")))

    assert "+280" in shown
    assert "Of ¥280.00, ¥280.00 were paid in money for goods that earn points." in shown
    assert "Rule “Points on purchases”, version 1: 1 point per ¥1 make 280 points." in shown
    assert "280 points, usable from 2026-03-02 through 2027-03-02" in shown


def test_the_ledger_says_what_a_return_did(service, alice):
    order = till.sell("T-1", till.line("1", 20_000), when=world.NOW)
    till.sell("T-2", till.line("1", 5_000), when=world.NOW, points_amount=200)
    till.give_back(order, "R-1", when=world.NOW)

    shown = staff.text(service.get(page(alice, "ledger")))

    assert "Return R-1 of goods for ¥200.00." in shown
    assert "152 points were spent already: they become a debt." in shown


def test_orders_show_lines_and_what_came_back(service, alice):
    order = till.sell("T-1", till.line("1", 28_000), till.line("2", 5_000), when=world.NOW)
    till.give_back(order, "R-1", {"2": 5_000}, when=world.NOW)

    shown = staff.text(service.get(page(alice, "orders")))

    assert "SK-1" in shown
    assert "¥330.00" in shown
    assert "returned ¥50.00" in shown


def test_nobody_adds_deletes_or_edits_a_member_here(service, alice):
    assert service.get(f"{LIST}add/").status_code == 403
    assert service.post(f"{LIST}{alice.pk}/delete/", {"post": "yes"}).status_code == 403

    service.post(page(alice), {"name": "Mallory", "state": "ERASED"})

    assert (Member.objects.get().name, Member.objects.get().state) == ("张爱丽", "ACTIVE")


# Adjusting


def test_an_adjustment_within_the_limit_is_an_entry(service, alice):
    answer = send(
        service, alice, "adjust-points", points=120, reason="goodwill", note="Late parcel"
    )

    assert answer["HX-Redirect"] == reverse("admin:members_member_change", args=[alice.pk])
    entry = LedgerEntry.objects.get(kind="ADJUST")
    assert (entry.points, entry.reason, entry.note) == (120, "goodwill", "Late parcel")
    assert entry.actor.username == "sun"
    assert "120 points added." in staff.text(service.get(page(alice)))


def test_an_adjustment_sent_twice_counts_once(service, alice):
    form = str(uuid.uuid4())
    for _ in range(2):
        send(service, alice, "adjust-points", points=120, reason="goodwill", submission=form)

    assert LedgerEntry.objects.filter(kind="ADJUST").count() == 1
    assert balance(alice) == 120


def test_an_adjustment_above_the_limit_becomes_a_request(service, alice):
    send(service, alice, "adjust-points", points=501, reason="goodwill")

    assert balance(alice) == 0
    request = ApprovalRequest.objects.get()
    assert (request.status, request.maker.username, request.member) == ("PENDING", "sun", alice)
    shown = staff.text(service.get(page(alice, "approvals")))
    assert "501 points are above your limit" in shown
    assert "Adjust points" in shown


def test_taking_more_than_there_is_is_refused_in_words(service, alice):
    shown = staff.text(send(service, alice, "adjust-points", points=-50, reason="correction"))

    assert "The member does not have so many points available." in shown
    assert LedgerEntry.objects.count() == 0
    assert balance(alice) == 0


@pytest.mark.parametrize("points", ["0", "", "12.5", "99999999"])
def test_an_adjustment_of_nonsense_is_refused(service, alice, points):
    staff.text(send(service, alice, "adjust-points", points=points, reason="goodwill"))

    assert LedgerEntry.objects.count() == 0
    assert ApprovalRequest.objects.count() == 0


def test_a_clerk_may_not_adjust_or_reveal(shop, alice):
    clerk = staff.logged_in("wang", "clerk", ["SH01"])

    assert send(clerk, alice, "adjust-points", points=1, reason="goodwill").status_code == 403
    assert send(clerk, alice, "reveal-phone", reason="curious").status_code == 403
    assert "Adjust points" not in staff.text(clerk.get(page(alice)))


def test_a_manager_adjusts_members_of_their_stores_only(shop, bob):
    manager = staff.logged_in("zhang", "store_manager", ["SH01"])

    assert send(manager, bob, "adjust-points", points=1, reason="goodwill").status_code == 404
    assert LedgerEntry.objects.count() == 0


# Revealing


def test_a_revealed_phone_leaves_who_and_why_in_the_audit_trail_but_not_the_phone(service, alice):
    answer = send(service, alice, "reveal-phone", reason="Asked to be called back")

    assert "+86 138 0013 8000" in staff.text(answer)
    assert "no-store" in answer["Cache-Control"]
    record = AuditRecord.objects.get(action="members.identity.revealed")
    assert (record.actor.username, record.member, record.reason) == (
        "sun",
        alice,
        "Asked to be called back",
    )
    assert world.ALICE_PHONE not in str(record.details)


def test_a_phone_is_not_revealed_without_a_reason(service, alice):
    assert "138 0013 8000" not in staff.text(send(service, alice, "reveal-phone", reason="  "))
    assert AuditRecord.objects.filter(action="members.identity.revealed").count() == 0


def test_the_thirty_first_phone_of_an_hour_stays_closed(service, alice):
    for _ in range(30):
        assert "138 0013 8000" in staff.text(send(service, alice, "reveal-phone", reason="calls"))

    shown = staff.text(send(service, alice, "reveal-phone", reason="calls"))

    assert "138 0013 8000" not in shown
    assert "as many contact details as an hour allows" in shown
    assert AuditRecord.objects.filter(action="members.identity.revealed").count() == 30
