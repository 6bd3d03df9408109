"""What a mail provider's own interface tells: read by its package, believed by our secret."""

import json
from datetime import UTC, datetime

import pytest

from campaigns.models import Delivery, Suppression
from campaigns.services import provider_reports
from campaigns.transports import mail_provider_reports
from campaigns.transports.contract import Call, Untrusted
from members.selectors import consents
from tests.campaigns.letters import sent

AT = datetime(2026, 11, 22, 8, tzinfo=UTC)


@pytest.fixture(autouse=True)
def pigeon(settings):
    settings.EMAIL_BACKEND = "tests.campaigns.mail_provider.backends.pigeon.EmailBackend"


def call(*events, **headers):
    return Call(body=json.dumps(events).encode(), headers=headers, at=AT)


def parse(**event):
    return mail_provider_reports.parse(call(event))


@pytest.mark.parametrize(
    ("event", "kind", "detail", "is_permanent"),
    [
        ({"event_type": "delivered"}, "DELIVERED", "", False),
        (
            {
                "event_type": "bounced",
                "reject_reason": "bounced",
                "mta_response": "smtp;550 5.1.1 x",
            },
            "BOUNCED",
            "5.1.1",
            True,
        ),
        (
            {"event_type": "bounced", "reject_reason": "bounced", "mta_response": "552 5.2.2 full"},
            "BOUNCED",
            "5.2.2",
            False,
        ),
        ({"event_type": "bounced", "reject_reason": "bounced"}, "BOUNCED", "bounced", False),
        ({"event_type": "bounced", "reject_reason": "invalid"}, "BOUNCED", "invalid", True),
        ({"event_type": "rejected", "reject_reason": "bounced"}, "BOUNCED", "bounced", True),
        ({"event_type": "rejected", "reject_reason": "blocked"}, "BOUNCED", "blocked", False),
        ({"event_type": "rejected", "reject_reason": "spam"}, "COMPLAINED", "", False),
        ({"event_type": "rejected", "reject_reason": "unsubscribed"}, "UNSUBSCRIBED", "", False),
        ({"event_type": "failed"}, "BOUNCED", "", False),
        ({"event_type": "complained"}, "COMPLAINED", "", False),
        ({"event_type": "unsubscribed"}, "UNSUBSCRIBED", "", False),
    ],
)
def test_each_event_is_a_report(event, kind, detail, is_permanent):
    (receipt,) = parse(**event)

    assert (receipt.provider_ref, receipt.kind, receipt.occurred_at) == ("m-1", kind, AT)
    assert (receipt.detail, receipt.is_permanent) == (detail, is_permanent)


def test_when_and_by_which_number_is_the_providers():
    told = {"event_type": "complained", "event_id": "42", "at": "2026-11-22T07:00:00"}

    (receipt,) = parse(**told)

    assert receipt.occurred_at == datetime(2026, 11, 22, 7, tzinfo=UTC)
    assert receipt.external_id == "complained:42"


@pytest.mark.parametrize("event_type", ["queued", "deferred", "opened", "clicked", "subscribed"])
def test_what_is_no_news_or_counted_by_our_own_links_is_left_out(event_type):
    assert parse(event_type=event_type) == []
    assert parse(event_type="delivered", message_id=None) == []


@pytest.mark.parametrize(
    "backend",
    [
        "django.core.mail.backends.smtp.EmailBackend",
        "tests.campaigns.mail_provider.backends.ostrich.EmailBackend",
        "tests.campaigns.mail_backend.EmailBackend",
    ],
)
def test_where_no_such_provider_sends_nothing_is_believed(settings, backend):
    settings.EMAIL_BACKEND = backend

    with pytest.raises(Untrusted):
        parse(event_type="delivered")


def test_what_the_package_does_not_believe_or_can_not_read_is_not_believed():
    for bad in (
        call({"event_type": "delivered"}, authorization="Basic wrong"),
        Call(body=b"[" * 100_000, headers={}, at=AT),
        Call(body=b"\xff", headers={}, at=AT),
        call({"no": "event"}),
    ):
        with pytest.raises(Untrusted):
            mail_provider_reports.parse(bad)


@pytest.mark.django_db
def test_a_complaint_suppresses_the_address_and_withdraws_the_consent(campaign, alice, client):
    letter = sent(campaign, alice, "EMAIL", provider_ref="m-1")
    body = json.dumps([{"event_type": "complained", "event_id": "1"}])

    for secret, expected in (("x" * 32, 403), (provider_reports.secret_of("mail-provider"), 200)):
        answer = client.post(
            f"/receipts/mail-provider/{secret}/", body, content_type="application/json"
        )
        assert answer.status_code == expected

    assert Delivery.objects.values_list("state", flat=True).get(pk=letter.pk) == "DELIVERED"
    assert Suppression.objects.values_list("medium", "reason").get() == ("EMAIL", "COMPLAINED")
    purpose = letter.campaign.purpose
    assert not consents.is_granted(member_id=alice.pk, purpose=purpose, medium="EMAIL")
