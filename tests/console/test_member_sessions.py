"""Apps in the console: where a member is logged in, the way out for a lost phone, the card's code
at the counter."""

from datetime import timedelta

import pytest
import time_machine

from members.models import AuditRecord, MemberSession
from members.selectors import card_codes
from tests import consumers, world
from tests.console import staff
from tests.console.test_member_dialogs import send
from tests.console.tills import TillPage

pytestmark = pytest.mark.django_db


def test_customer_service_logs_a_lost_phone_out_with_a_reason(service, alice):
    phone, _issued = consumers.logged_in(alice)
    assert "logged in now" in staff.text(service.get(staff.page(alice, "sessions")))

    send(service, alice, "end-sessions", reason="lost")

    assert phone.get("me").status_code == 401
    assert MemberSession.objects.get().end == "REVOKED"
    record = AuditRecord.objects.get(action="member.sessions_ended")
    assert (record.member_id, record.reason, record.details) == (alice.pk, "lost", {"count": 1})
    assert "Ended by staff" in staff.text(service.get(staff.page(alice, "sessions")))


@pytest.fixture
def code(alice):
    return card_codes.code_of(member_id=alice.pk, at=world.NOW)


def look_up(browser, text):
    return staff.text(browser.post("/console/counter/lookup/", {"text": text}))


def test_the_counter_knows_the_code_of_a_phone_in_every_store_for_a_minute(shop, alice, code):
    clerk = staff.logged_in("li", "auditor")

    assert f'data-card="{alice.card_number}"' in look_up(clerk, code)
    with time_machine.travel(world.NOW + timedelta(seconds=60), tick=False):
        shown = look_up(clerk, code)
    assert "This code is over" in shown
    assert alice.card_number not in shown


def test_the_till_takes_the_code_of_a_phone_as_its_member(shop, alice, code):
    page = TillPage(staff.logged_in("li", "clerk", ["BJ01"]))

    assert "Member found" in page.scan(code)
    with time_machine.travel(world.NOW + timedelta(seconds=61), tick=False):
        assert "This code is over" in TillPage(page.browser).scan(code)
