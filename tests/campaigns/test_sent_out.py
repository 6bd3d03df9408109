"""Whole runs through providers' own servers: each member's message once, whatever they answer."""

from collections import Counter
from datetime import timedelta

import pytest
from django.core.cache import cache

from campaigns.models import ContactCredit, Delivery, Enrollment, Suppression
from campaigns.services import contact_credits, deliveries
from campaigns.services.contact_credits import Grant
from members.services import members
from members.services.identities import IdentityClaim
from tests import world
from tests.campaigns import made
from tests.campaigns.provider_server import HANG_UP
from tests.campaigns.shop import NOW
from tests.campaigns.sms_gateway import SmsGateway
from tests.campaigns.wechat_server import APP_ID, OPENID, TEMPLATE, WechatServer

pytestmark = pytest.mark.django_db
MINUTE = timedelta(minutes=1)
PEOPLE = 12
EVERYBODY = {"all": [{"field": "member.joined_days", "op": "gte", "value": 0}]}


@pytest.fixture
def gateway(settings, keys_made):
    world.open_shop()
    with SmsGateway() as server:
        for name, value in server.settings().items():
            setattr(settings, name, value)
        settings.SMS_TIMEOUT_SECONDS = 3.0
        yield server


@pytest.fixture
def wechat(settings, keys_made):
    world.open_shop()
    with WechatServer() as server:
        for name, value in server.settings().items():
            setattr(settings, name, value)
        cache.delete_many([f"wechat:{APP_ID}:{what}" for what in ("token", "lock", "forced")])
        yield server


def enroll(kind, value, *media, issuer=""):
    return world.register(
        members.Registration(
            identities=(IdentityClaim(kind, value, issuer),),
            name="Alice",
            language="en",
            channel="pos",
            store="SH01",
            consents=world.yes(*media),
        )
    )


def send(code, *media, **values):
    made.template(**values)
    campaign = made.running(
        code, entry="NOW", entry_rule={}, condition=EVERYBODY, steps=[made.message(*media)]
    )
    made.run_through(at=NOW)
    return campaign


def states():
    return Counter(Delivery.objects.values_list("state", "reason"))


def test_a_run_by_sms_reaches_each_phone_once_with_eight_calls_at_a_time(gateway):
    phones = [f"+86138001380{number:02}" for number in range(PEOPLE)]
    for phone in phones:
        enroll("PHONE", phone, "SMS")
    gateway.faults = [(429, {}), (500, {}), HANG_UP, (400, {"code": 21610})]
    send("news", "SMS")

    deliveries.send_due(at=NOW)

    assert states() == {
        ("SENT", ""): PEOPLE - 4,
        ("QUEUED", "unreachable"): 1,
        ("UNKNOWN", "no_answer"): 2,
        ("FAILED", "refused"): 1,
    }
    # Who answered STOP to the gateway is written to no more, by whichever campaign.
    assert Suppression.objects.values_list("medium", "reason").get() == ("SMS", "UNSUBSCRIBED")
    deliveries.send_due(at=NOW + MINUTE)
    deliveries.send_due(at=NOW + 2 * MINUTE)

    assert states()["SENT", ""] == PEOPLE - 3
    taken = Counter(asked.form["To"] for asked in gateway.taken)
    # All but the one that was refused, and the one of which nobody knows: it was not taken.
    assert len(taken) == PEOPLE - 2
    assert set(taken.values()) == {1}
    references = Delivery.objects.filter(state="SENT").values_list("provider_ref", flat=True)
    assert len(set(references)) == PEOPLE - 3


def test_a_medium_that_is_not_set_up_reaches_nobody_and_the_next_one_does(gateway, settings):
    enroll("PHONE", "+8613800138000", "SMS", "INBOX")
    settings.SMS_SECRET = ""
    send("news", "SMS", "INBOX")

    deliveries.send_due(at=NOW)

    (delivery,) = Delivery.objects.all()
    assert (delivery.medium, delivery.state) == ("INBOX", "SENT")
    assert delivery.tried == [{"medium": "SMS", "reason": "address"}]
    assert gateway.taken == []


def grant(member, count=1):
    told = Grant(
        member_id=member.pk, medium="WECHAT", template=TEMPLATE, count=count, source="t", key=""
    )
    contact_credits.grant(grant=told, at=NOW)


OPTIONS = {"WECHAT": {"template": TEMPLATE, "page": "pages/a", "fields": {"thing1": "{{ name }}"}}}


def test_one_granted_message_and_two_campaigns_are_one_message(wechat):
    alice = enroll("WECHAT_OPENID", OPENID, "WECHAT", issuer=APP_ID)
    grant(alice)
    for code in ("first", "second"):
        send(code, "WECHAT", media_options=OPTIONS)

    deliveries.send_due(at=NOW)

    assert states() == {("SENT", ""): 1, ("SKIPPED", "contact_credit"): 1}
    assert [asked.json["data"] for asked in wechat.taken] == [{"thing1": {"value": "Alice"}}]
    assert ContactCredit.objects.get().left_count == 0


def test_what_wechat_counts_wins_over_what_we_counted(wechat):
    alice = enroll("WECHAT_OPENID", OPENID, "WECHAT", issuer=APP_ID)
    grant(alice, count=5)
    wechat.granted = 0
    send("news", "WECHAT", media_options=OPTIONS)

    deliveries.send_due(at=NOW)

    assert states() == {("FAILED", "refused"): 1}
    assert ContactCredit.objects.get().left_count == 0


def test_what_wechat_had_no_time_for_gives_the_credit_back_until_it_goes_out(wechat):
    alice = enroll("WECHAT_OPENID", OPENID, "WECHAT", issuer=APP_ID)
    grant(alice)
    wechat.faults = [(200, {"errcode": -1})]
    send("news", "WECHAT", media_options=OPTIONS)

    deliveries.send_due(at=NOW)
    assert ContactCredit.objects.get().left_count == 1
    deliveries.send_due(at=NOW + MINUTE)

    assert states() == {("SENT", ""): 1}
    assert (ContactCredit.objects.get().left_count, len(wechat.taken)) == (0, 1)


def test_an_openid_of_another_mini_program_is_no_address(wechat):
    alice = enroll("WECHAT_OPENID", OPENID, "WECHAT", issuer="wx-another")
    grant(alice)
    send("news", "WECHAT", media_options=OPTIONS)

    deliveries.send_due(at=NOW)

    assert Enrollment.objects.values_list("state", "reason").get() == ("EXCLUDED", "address")
    assert (states(), wechat.taken) == ({}, [])
    assert ContactCredit.objects.get().left_count == 1
