"""Dialogs of the member's page: adjusting points, opening a phone number."""

import uuid

import pytest

from loyalty.models import LedgerEntry
from members.models import ApprovalRequest, AuditRecord
from tests import world
from tests.console import staff
from tests.loyalty import till

pytestmark = pytest.mark.django_db


def send(browser, member, name, **filled):
    sent = {"_form_submitted": "on", "submission": str(uuid.uuid4()), **filled}
    return browser.post(f"{staff.MEMBERS}{member.pk}/{name}/", sent)


def balance(member):
    return till.balances(member)[1]


def test_an_adjustment_within_the_limit_is_an_entry(service, alice):
    answer = send(
        service, alice, "adjust-points", points=120, reason="goodwill", note="Late parcel"
    )

    assert answer["HX-Redirect"] == f"{staff.MEMBERS}{alice.pk}/change/"
    entry = LedgerEntry.objects.get(kind="ADJUST")
    assert (entry.points, entry.reason, entry.note) == (120, "goodwill", "Late parcel")
    assert entry.actor.username == "sun"
    assert "120 points added." in staff.text(service.get(staff.page(alice)))


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
    shown = staff.text(service.get(staff.page(alice, "approvals")))
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
    assert "Adjust points" not in staff.text(clerk.get(staff.page(alice)))


def test_a_manager_adjusts_members_of_their_stores_only(shop, bob):
    manager = staff.logged_in("zhang", "store_manager", ["SH01"])

    assert send(manager, bob, "adjust-points", points=1, reason="goodwill").status_code == 404
    assert LedgerEntry.objects.count() == 0


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
