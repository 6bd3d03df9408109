"""Answers of phones: whoever says STOP gets no texts for marketing any more, and nobody else."""

import json
from datetime import timedelta

import pytest
from django.utils import timezone

from campaigns.models import Delivery, Receipt, Suppression
from campaigns.rules import stop_words
from campaigns.services import provider_reports
from members.models import Consent, Event
from members.services import consents, merges
from tests import world
from tests.campaigns import made, sms_gateway
from tests.campaigns.shop import NOW, enroll, queued

pytestmark = pytest.mark.django_db
PHONE, MINUTE = "+8613800138000", timedelta(minutes=1)
TC3 = "sms-tc3"


@pytest.fixture(autouse=True)
def gateway(settings, empty_cache):
    settings.SMS_RECEIPTS_URL = sms_gateway.RECEIPTS_URL
    settings.SMS_RECEIPTS_SECRET = sms_gateway.SECRET


@pytest.fixture
def bob(shop):
    return enroll(email="", phone=PHONE, consents=[*world.yes("SMS"), *world.yes("EMAIL")])


def text(body="TD", *, client, number="SM77", phone=PHONE, **more):
    """An answer by the gateway of free texts."""
    form, headers = sms_gateway.report(
        MessageSid=number,
        SmsStatus="received",
        From=phone,
        Body=body,
        To=sms_gateway.SENDER,
        AccountSid=sms_gateway.ACCOUNT,
        **more,
    )
    return client.post(
        "/receipts/sms-basic/",
        form,
        content_type=headers["content-type"],
        headers={"X-Twilio-Signature": headers["x-twilio-signature"]},
    )


def answer(body="TD", *, client, at=NOW, secret="", **more):
    """An answer by the gateway of approved texts."""
    told = {
        "extend": "",
        "mobile": PHONE.removeprefix("+86"),
        "nationcode": "86",
        "sign": "店",
        "text": body,
        "time": int(at.timestamp()),
        **more,
    }
    secret = secret or provider_reports.secret_of(TC3)
    return client.post(
        f"/receipts/{TC3}/{secret}/", json.dumps(told).encode(), content_type="application/json"
    )


def sent(campaign, member, *, number=1, ago=MINUTE):
    """A text that left so long ago, by the doors' own clock."""
    at = timezone.now() - ago
    return queued(
        campaign, member, "SMS", number, state="SENT", claimed_at=at, sent_at=at, provider_ref="S"
    )


def allows_again(member, *, at):
    occasion = consents.Occasion(occurred_at=at, source="app")
    consents.record(member=member, given=world.yes("SMS"), occasion=occasion, at=at)


def no(member, medium="SMS"):
    last = Consent.objects.filter(member=member, medium=medium, purpose="MARKETING").last()
    return not last.is_granted


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ("T", True),
        (" td ", True),
        ("ＴＤ", True),
        ("退订", True),
        ("退订。", True),
        ("“T”", True),
        ("Stop!", True),
        ("\u200bSTOP\ufeff", True),
        ("stop all", True),
        ("拒收\r\n", True),
        ("", False),
        ("。", False),
        ("Tomorrow", False),
        ("不退订", False),
        ("Stop sending me two", False),
        ("T" * 500_000, False),
        ("\x00T", True),
    ],
)
def test_a_stop_is_a_whole_answer_however_it_is_written(settings, said, expected):
    assert stop_words.is_stop(said, settings.SMS_STOP_WORDS) is expected


def test_the_words_are_the_operators(settings, client, bob):
    settings.SMS_STOP_WORDS = ["别发了"]

    text("TD", client=client, number="SM1")
    assert not no(bob)
    text("别发了", client=client, number="SM2")
    assert no(bob)


def test_who_answers_stop_gets_no_texts_and_the_message_hears_of_it(client, bob):
    campaign = made.running()
    first, last = sent(campaign, bob, ago=2 * MINUTE), sent(campaign, bob, number=2)

    assert text(client=client).content == b"<Response/>"

    assert (no(bob), no(bob, "EMAIL")) == (True, False)
    assert Consent.objects.last().source == "message:reply"
    assert Receipt.objects.values_list("delivery", "kind").get() == (last.pk, "UNSUBSCRIBED")
    assert Delivery.objects.get(pk=first.pk).state == "SENT"
    event = Event.objects.get(type="campaigns.message.unsubscribed")
    assert (event.payload["how"], event.member_id) == ("reply", bob.pk)
    assert not Suppression.objects.exists()


def test_an_answer_of_approved_texts_counts_as_well(client, bob):
    answered = answer("退订", client=client)

    assert (answered.status_code, answered.json()) == (200, {"result": 0, "errmsg": "OK"})
    assert no(bob)


def test_a_stop_to_a_service_message_ends_those_as_well(client, bob):
    service = made.running(purpose="SERVICE")
    sent(service, bob)

    text(client=client)

    ended = Consent.objects.filter(is_granted=False).values_list("purpose", flat=True)
    assert sorted(ended) == ["MARKETING", "SERVICE"]


def test_what_else_people_answer_changes_nothing(client, bob):
    before = Consent.objects.count()
    for said in ("thanks!", "", "When do you open?"):
        assert text(said, client=client).status_code == 200

    assert (Consent.objects.count(), Suppression.objects.count()) == (before, 0)


def test_the_providers_own_stop_holds_in_any_language(client, bob):
    text("arrêt", client=client, OptOutType="STOP")

    assert no(bob)


def test_a_stop_counts_once_and_a_yes_since_then_wins(client, bob):
    text(client=client)
    answer(client=client, at=NOW)
    count = Consent.objects.count()
    allows_again(bob, at=NOW + MINUTE)

    # The same ones again, and one that was under way for long.
    text(client=client)
    answer(client=client, at=NOW)
    answer(client=client, at=NOW - timedelta(days=3))

    assert not no(bob)
    assert Consent.objects.count() == count + 1


def test_a_number_that_is_nobodys_is_suppressed_and_nothing_else_happens(client, bob):
    before = Consent.objects.count()
    for _ in range(2):
        text(client=client, phone="+8613900139000")

    row = Suppression.objects.get()
    assert (row.medium, row.reason, row.delivery_id) == ("SMS", "UNSUBSCRIBED", None)
    assert Consent.objects.count() == before


def test_a_stop_long_after_the_last_message_is_no_answer_to_it(client, bob):
    sent(made.running(), bob, ago=timedelta(days=8))

    text(client=client)

    assert no(bob)
    assert not Receipt.objects.exists()


def test_a_stop_of_a_merged_card_is_the_survivors(client, bob, people):
    other = enroll(email="b@example.org", consents=world.yes("SMS", "EMAIL"))
    old = sent(made.running(), bob)
    merges.merge(retired_id=bob.pk, survivor_id=other.pk, actor_id=people[0].pk, at=NOW)

    text(client=client)

    assert no(other)
    assert Receipt.objects.values_list("delivery", flat=True).get() == old.pk


@pytest.mark.parametrize("phone", ["12345", "whatsapp:+8613800138000", "+1", ""])
def test_what_is_no_phone_is_heard_and_forgotten(client, shop, phone):
    assert text(client=client, phone=phone).status_code == 200

    assert not Suppression.objects.exists()


def test_nobody_else_says_stop_for_a_member(client, bob):
    body, headers = sms_gateway.report(MessageSid="SM1", From="+8613700137000", Body="T")
    forged = client.post(
        "/receipts/sms-basic/",
        body.replace(b"137", b"138"),
        content_type=headers["content-type"],
        headers={"X-Twilio-Signature": headers["x-twilio-signature"]},
    )

    assert forged.status_code == 403
    assert answer(client=client, secret="x" * 32).status_code == 403
    for wrong in (
        {"time": "soon"},
        {"time": 10**30},
        {"time": None},
        {"time": [1]},
        {"time": float("inf")},
    ):
        assert answer(client=client, **wrong).status_code == 403
    assert not no(bob)


def test_a_post_in_another_encoding_is_refused_and_tells_nothing(client, bob):
    secret = provider_reports.secret_of(TC3)
    for body in ('{"mobile":"13800138000","text":"退订","time":1}'.encode("gbk"), b"[" * 200_000):
        told = client.post(f"/receipts/{TC3}/{secret}/", body, content_type="application/json")
        assert told.status_code == 403
    assert not no(bob)


def test_an_answer_from_the_future_counts_as_now_and_once(client, bob):
    answer(client=client, time=4_000_000_000)

    last = Consent.objects.last()
    assert last.occurred_at == last.recorded_at
    assert no(bob)
    allows_again(bob, at=last.recorded_at)
    answer(client=client, time=4_000_000_000)
    assert not no(bob)
