"""The API of messages: reports of channels and providers, the inbox, messages one by one."""

import json
from datetime import timedelta
from uuid import uuid4

import pytest
from django.test import Client as Browser
from django.utils import timezone

from campaigns.models import Delivery, ParkedReceipt, Receipt
from campaigns.services import defaults, provider_reports
from campaigns.transports import receivers
from campaigns.transports.contract import ProviderReceipt, Receiver, Untrusted
from members.models import Member
from tests import consumers, world
from tests.campaigns.letters import sent

pytestmark = pytest.mark.django_db


@pytest.fixture
def campaign(shop):
    return defaults.install(at=timezone.now())


@pytest.fixture
def left_at():
    return timezone.now() - timedelta(hours=2)


def put(campaign, member, left_at, number=1, **fields):
    return sent(
        campaign, member, "INBOX", number=number, claimed_at=left_at, sent_at=left_at, **fields
    )


def report(message, external_id="r-1", kind="delivered", **fields):
    told = {"occurred_at": timezone.now().isoformat(), **fields}
    return {"external_id": external_id, "message": str(message), "kind": kind, **told}


def results(answer):
    return [(one["status"], one["result"]) for one in answer.json()["results"]]


# The inbox


def test_the_inbox_is_read_page_by_page_and_says_what_is_unread(campaign, alice, bob, left_at):
    letters = [put(campaign, alice, left_at, number=number) for number in range(3)]
    put(campaign, bob, left_at, number=9)
    put(campaign, alice, left_at, number=10, state="SKIPPED", reason="consent")
    phone, _ = consumers.logged_in(alice)

    first = phone.get("me/inbox?limit=2").json()
    second = phone.get(first["next"].partition("/api/v1/")[2]).json()

    shown = [one["id"] for one in first["results"] + second["results"]]
    assert shown == [str(one.uid) for one in reversed(letters)]
    assert (first["unread_count"], second["next"]) == (3, None)
    assert first["results"][0]["subject"] == "Hello"
    assert first["results"][0]["is_read"] is False


def test_reading_a_message_counts_once_and_others_can_not(campaign, alice, bob, left_at):
    letter = put(campaign, alice, left_at)
    phone, _ = consumers.logged_in(alice)
    stranger, _ = consumers.logged_in(bob, client=phone.client)
    path = f"me/inbox/{letter.uid}/read"

    assert stranger.keyed(path, None).status_code == 404
    first = phone.keyed(path, None)
    again = phone.keyed(path, None)

    assert (first.status_code, first.json()["is_read"]) == (200, True)
    assert again.json()["read_at"] == first.json()["read_at"]
    assert phone.get("me/inbox").json()["unread_count"] == 0
    letter.refresh_from_db()
    assert (letter.state, Receipt.objects.count()) == ("DELIVERED", 1)


def test_a_message_whose_text_is_gone_is_not_in_the_inbox(campaign, alice, left_at):
    put(campaign, alice, left_at)
    Delivery.objects.update(body="")
    phone, _ = consumers.logged_in(alice)

    assert phone.get("me/inbox").json()["results"] == []


def test_who_took_a_card_over_reads_its_messages(campaign, alice, bob, left_at):
    put(campaign, bob, left_at)
    Member.objects.filter(pk=bob.pk).update(state="MERGED", merged_into=alice)
    phone, _ = consumers.logged_in(alice)

    assert phone.get("me/inbox").json()["unread_count"] == 1


# Messages that members allow one by one


def test_members_and_channels_note_messages_that_were_allowed(campaign, alice, till):
    phone, _ = consumers.logged_in(alice)
    body = {"template": "tmpl-order", "count": 2}

    first = phone.keyed("me/message-credits", body, key="k-1")
    again = phone.keyed("me/message-credits", body, key="k-1")
    by_till = till.post(f"members/{alice.uid}/message-credits", {"template": "tmpl-order"})

    assert (first.status_code, first.json()["left_count"]) == (201, 2)
    assert (again.json(), again["Idempotency-Replayed"]) == (first.json(), "true")
    assert by_till.json() == {"medium": "wechat", "template": "tmpl-order", "left_count": 3}
    refused = till.post(f"members/{alice.uid}/message-credits", {"template": "a b", "count": 1})
    assert refused.status_code == 422


# Reports of channels that send by themselves


def test_a_channel_reports_and_may_send_the_same_batch_again(campaign, alice, till, left_at):
    letter = sent(campaign, alice, "PUSH", claimed_at=left_at, sent_at=left_at)
    waits = sent(campaign, alice, "PUSH", number=2, state="QUEUED", claimed_at=None, sent_at=None)
    batch = {
        "receipts": [
            report(letter.uid),
            report(letter.uid, "r-2", "clicked"),
            report(letter.uid, "r-1", "opened"),
            report(uuid4(), "r-3"),
            report(waits.uid, "r-4"),
        ]
    }

    assert results(till.post("message-receipts", batch)) == [
        (201, "recorded"),
        (201, "recorded"),
        (409, "conflict"),
        (404, "unknown"),
        (409, "not_sent"),
    ]
    assert results(till.post("message-receipts", batch))[:2] == [(200, "repeated")] * 2
    letter.refresh_from_db()
    assert (letter.state, letter.clicked_at is not None) == ("DELIVERED", True)


@pytest.mark.parametrize(
    "fields",
    [
        {"kind": "eaten"},
        {"detail": "no such user alice@example.org"},
        {"occurred_at": "2026-03-02T14:00:00"},
        {"unknown": 1},
    ],
)
def test_a_report_that_is_none_is_refused_and_nothing_is_stored(campaign, alice, till, fields):
    letter = sent(campaign, alice, "PUSH")
    batch = {"receipts": [report(letter.uid), {**report(letter.uid, "r-2"), **fields}]}

    assert till.post("message-receipts", batch).status_code == 422
    assert Receipt.objects.count() == 0


def test_a_batch_of_501_is_refused(campaign, till):
    batch = {"receipts": [report(uuid4(), f"r-{number}") for number in range(501)]}

    answer = till.post("message-receipts", batch)

    assert (answer.status_code, answer.json()["code"]) == (422, "batch_too_large")


# Reports of providers


def parse(call):
    try:
        told = json.loads(call.body)
    except ValueError:
        raise Untrusted("no JSON") from None
    return [
        ProviderReceipt(provider_ref=one, kind="DELIVERED", occurred_at=world.NOW) for one in told
    ]


@pytest.fixture
def gateway(monkeypatch, settings):
    settings.PUBLIC_URL = "https://m.example.com"
    receiver = Receiver(code="gateway", medium="SMS", parse=parse, answer=b"OK", is_signed=False)
    monkeypatch.setitem(receivers.RECEIVERS, "gateway", receiver)
    return provider_reports.addresses()["gateway"].removeprefix("https://m.example.com")


def post(path, body):
    browser = Browser(enforce_csrf_checks=True)
    return browser.post(path, data=body, content_type="application/json")


def test_a_provider_reports_to_its_address_and_hears_what_it_expects(
    campaign, alice, gateway, left_at
):
    letter = sent(campaign, alice, "SMS", provider_ref="s-1", claimed_at=left_at, sent_at=left_at)

    answer = post(gateway, '["s-1", "s-2"]')
    again = post(gateway, '["s-1", "s-2"]')

    assert (answer.status_code, answer.content, again.status_code) == (200, b"OK", 200)
    letter.refresh_from_db()
    assert letter.state == "DELIVERED"
    assert (Receipt.objects.count(), ParkedReceipt.objects.count()) == (1, 1)


def test_nobody_reports_without_the_secret_or_to_a_provider_that_there_is_not(shop, gateway):
    wrong = gateway[:-6] + "AAAAA/"

    assert post(wrong, "[]").status_code == 403
    assert post("/receipts/gateway/", "[]").status_code == 403
    assert post("/receipts/pigeons/", "[]").status_code == 404
    assert post(gateway, "no json").json()["code"] == "untrusted_report"
    assert post(gateway, json.dumps(["s"] * 2_001)).status_code == 413
    assert ParkedReceipt.objects.count() == 0


@pytest.mark.parametrize("provider", ["wechat", "push"])
def test_a_post_of_lists_without_end_is_no_report(shop, provider):
    for body in ("[" * 100_000, '{"a":' * 100_000):
        answer = post(f"/receipts/{provider}/?timestamp=1&nonce=2&msg_signature=3", body)

        assert (answer.status_code, answer.json()["code"]) == (403, "untrusted_report")


def test_a_gateway_that_tells_of_each_message_by_itself_is_not_turned_away(
    shop, gateway, settings, empty_cache
):
    """It tells as fast as we send, and never again what was answered by 429."""
    settings.LINK_RATE_PER_SECOND, settings.LINK_RATE_BURST = 0.01, 1

    answers = [post(gateway, f'["s-{number}"]').status_code for number in range(30)]

    assert set(answers) == {200}
    assert ParkedReceipt.objects.count() == 30


def test_a_provider_has_a_rate_of_its_own(shop, gateway, settings, empty_cache):
    settings.REPORT_RATE_PER_SECOND, settings.REPORT_RATE_BURST = 0.01, 1

    assert [post(gateway, "[]").status_code for _ in range(2)] == [200, 429]
