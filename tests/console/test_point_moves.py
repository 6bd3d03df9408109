"""Dialogs that release held points and that give points to another member."""

import uuid

import msgspec
import pytest
from django.urls import reverse

from loyalty.models import Hold, Program, Transfer
from loyalty.services import holds
from loyalty.services.documents import HoldDocument
from members.models import AuditRecord
from tests import world
from tests.console import staff
from tests.loyalty import reward_shop, till

pytestmark = pytest.mark.django_db


@pytest.fixture
def rich(service, alice):
    send(service, adjust(alice), points=100, reason="goodwill")
    return alice


@pytest.fixture
def hold(rich):
    sent = {"external_id": "h-1", "member": {"type": "id", "value": str(rich.uid)}, "points": 60}
    holds.create(hold=msgspec.convert(sent, HoldDocument), source=till.TILL, at=world.NOW)
    return Hold.objects.get()


def adjust(member):
    return f"{staff.MEMBERS}{member.pk}/adjust-points/"


def transfer(member):
    return f"{staff.MEMBERS}{member.pk}/transfer-points/"


def release(hold):
    return reverse("admin:loyalty_hold_release", args=[hold.pk])


def send(browser, path, **filled):
    sent = {"_form_submitted": "on", "submission": str(uuid.uuid4()), **filled}
    return browser.post(path, sent)


def test_a_hold_is_released_with_a_reason_once(service, hold):
    form = str(uuid.uuid4())
    for _ in range(2):
        answer = send(service, release(hold), reason="Till broke down", submission=form)
        assert answer["HX-Redirect"] == reverse("admin:loyalty_hold_change", args=[hold.pk])

    hold.refresh_from_db()
    assert hold.state == "RELEASED"
    line = AuditRecord.objects.get(action="hold.released")
    assert (line.actor.username, line.reason) == ("sun", "Till broke down")


def test_a_captured_hold_can_t_be_released(service, hold):
    holds.capture(hold_uid=hold.uid, source=till.TILL, at=world.NOW)

    staff.text(send(service, release(hold), reason="Too late"))

    hold.refresh_from_db()
    assert hold.state == "CAPTURED"
    assert not AuditRecord.objects.filter(action="hold.released").exists()


def test_points_go_to_another_member_once(service, rich, bob):
    Program.objects.update(transfers_allowed=True)
    form = str(uuid.uuid4())
    for _ in range(2):
        filled = {"to": bob.card_number, "points": 40, "reason": "Asked by phone"}
        answer = send(service, transfer(rich), submission=form, **filled)
        assert "HX-Redirect" in answer

    assert (till.balances(rich)[1], till.balances(bob)[1]) == (60, 40)
    assert Transfer.objects.get().source == "console"
    assert AuditRecord.objects.get(action="points.transferred").reason == "Asked by phone"


@pytest.mark.parametrize(("to", "points"), [("nobody", 10), (None, 101), ("self", 10)])
def test_what_can_t_be_transferred_is_refused_in_the_dialog(service, rich, bob, to, points):
    Program.objects.update(transfers_allowed=True)
    names = {None: bob.card_number, "self": rich.card_number}

    staff.text(send(service, transfer(rich), to=names.get(to, to), points=points, reason="Asked"))

    assert till.balances(rich)[1] == 100
    assert Transfer.objects.count() == 0


def test_a_clerk_moves_nothing(hold, rich, bob):
    clerk = staff.logged_in("wang", "clerk", ["SH01"])

    filled = {"to": bob.card_number, "points": 1, "reason": "Asked"}
    assert send(clerk, transfer(rich), **filled).status_code == 403
    assert send(clerk, release(hold), reason="Asked").status_code in (403, 404)


def test_points_that_are_held_for_a_reward_are_not_released_by_hand(service, alice):
    reward_shop.rich(alice)
    vase = reward_shop.live("vase", price_amount=2_000)
    row = reward_shop.ask(vase, alice, when=world.NOW)
    kept = Hold.objects.get()

    page = staff.text(send(service, release(kept), reason="The member asked"))

    assert "cancel its redemption instead" in page
    kept.refresh_from_db()
    assert kept.state == "OPEN"
    assert not AuditRecord.objects.filter(action="hold.released").exists()
    assert reward_shop.pay(row, 2_000, when=world.NOW).state == "READY"
