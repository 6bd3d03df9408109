"""The console's pages of messages that are out, and of suppressed addresses."""

from uuid import uuid4

import pytest
from django.urls import reverse

from campaigns.models import Delivery, Suppression
from campaigns.services import defaults
from members.models import AuditRecord
from tests import world
from tests.campaigns.letters import sent
from tests.campaigns.redeliveries import dead
from tests.campaigns.shop import enroll
from tests.console import staff

pytestmark = pytest.mark.django_db
LIST = "admin:campaigns_delivery_changelist"
MEDIUM = [{"medium": "WECHAT", "reason": "consent"}]


@pytest.fixture
def campaign(shop):
    return defaults.install(at=world.NOW)


@pytest.fixture
def member(shop):
    return enroll()


@pytest.fixture
def boss(shop):
    return staff.logged_in("boss", "marketing_manager")


def deed(name, row=None):
    return reverse(f"admin:campaigns_{name}", args=[] if row is None else [row.pk])


def filled(**fields):
    told = {"_form_submitted": "on", "submission": str(uuid4()), "reason": "gateway is back"}
    return {**told, **fields}


def test_what_waits_for_a_person_is_one_click_away(campaign, member, boss):
    dead(campaign, member, number=1)
    sent(campaign, member, number=2)

    shown = staff.text(boss.get(reverse(LIST), {"dead": "yes"}))

    assert ("Failed" in shown, ">Sent<" in shown) == (True, False)


def test_a_message_tells_its_way_in_words(campaign, member, boss):
    row = dead(campaign, member)
    Delivery.objects.update(tried=MEDIUM)

    shown = staff.text(boss.get(deed("delivery_change", row)))

    assert "WeChat: No consent" in shown
    assert "The provider can" in shown
    assert "Send again" in shown


def test_a_failed_message_is_sent_again_with_a_reason(campaign, member, boss):
    row = dead(campaign, member)

    answer = boss.post(deed("delivery_send_again", row), filled())

    row.refresh_from_db()
    assert (answer.headers.get("HX-Redirect"), row.state) == (
        deed("delivery_change", row),
        "QUEUED",
    )
    assert AuditRecord.objects.get(action="delivery.send_again").reason == "gateway is back"


def test_what_may_have_arrived_asks_for_a_word_more(campaign, member, boss):
    row = dead(campaign, member, "UNKNOWN")
    path = deed("delivery_send_unknown_again", row)

    assert "Nobody knows whether this message arrived" in staff.text(boss.get(path))
    boss.post(path, filled())
    row.refresh_from_db()
    assert row.state == "UNKNOWN"
    assert "Nobody knows" in staff.text(boss.post(deed("delivery_send_again", row), filled()))

    boss.post(path, filled(is_doubling_accepted="on"))
    row.refresh_from_db()
    assert row.state == "QUEUED"


def test_many_are_sent_again_once_however_often_the_form_comes(campaign, member, boss):
    for number in range(3):
        dead(campaign, member, number=number)
    dead(campaign, member, "UNKNOWN", number=9)
    form = filled()

    boss.post(deed("delivery_send_many_again"), form)
    boss.post(deed("delivery_send_many_again"), form)

    states = Delivery.objects.order_by("pk").values_list("state", flat=True)
    assert list(states) == ["QUEUED"] * 3 + ["UNKNOWN"]
    assert AuditRecord.objects.filter(action="delivery.send_again").count() == 1
    assert "There are no such messages." in staff.text(
        boss.post(deed("delivery_send_many_again"), filled())
    )


def test_an_address_is_suppressed_found_and_lifted(campaign, member, boss):
    boss.post(deed("suppression_suppress"), filled(medium="EMAIL", address="Alice@example.org"))
    row = Suppression.objects.get()

    found = boss.post(deed("suppression_search"), {"text": " alice@EXAMPLE.org"})
    others = boss.post(deed("suppression_search"), {"text": "bob@example.org"}, follow=True)
    listed = staff.text(boss.get(deed("suppression_changelist")))
    page = staff.text(boss.get(found.url))

    # Neither in an address of ours, which is logged, nor on a page.
    assert found.url == deed("suppression_change", row)
    assert "This address isn&#x27;t suppressed." in staff.text(others)
    assert (member.card_number in listed, member.card_number in staff.text(others)) == (True, False)
    assert "a***@e…" in page
    assert "alice@example.org" not in page + listed + found.url + others.redirect_chain[0][0]
    boss.post(deed("suppression_lift", row), filled())
    assert not Suppression.objects.exists()
