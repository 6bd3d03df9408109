"""What mail servers tell of our mails: dead addresses, full ones, arrivals and complaints."""

from datetime import UTC, datetime

import pytest

from campaigns.models import Suppression
from campaigns.services import deliveries, provider_reports
from campaigns.transports import email_reports
from campaigns.transports.contract import Call, Untrusted
from tests.campaigns.mail_server import MailServer
from tests.campaigns.shop import NOW, queued

AT = datetime(2026, 11, 22, 8, tzinfo=UTC)
MESSAGE_ID = "<0195aaaa-0000-7000-8000-000000000001@shop.example>"
ORIGINAL = f"""\
From: Shop <hello@shop.example>
To: alice@example.org
Subject: Hello
Message-ID: {MESSAGE_ID}
"""
BOUNCE = """\
From: MAILER-DAEMON@mx.example.org
To: hello@shop.example
Subject: Undelivered Mail Returned to Sender
Date: Sun, 22 Nov 2026 15:00:00 +0800
MIME-Version: 1.0
Content-Type: multipart/report; report-type={report}; boundary="b"

--b
Content-Type: text/plain

I'm sorry to have to inform you.

--b
Content-Type: message/{kind}

{fields}
--b
Content-Type: {about}

{original}
--b--
"""


def status(action="failed", code="5.1.1", *, about="message/rfc822", original=ORIGINAL, date=""):
    fields = (
        "Reporting-MTA: dns; mx.example.org\n\n"
        "Final-Recipient: rfc822; alice@example.org\n"
        f"Action: {action}\nStatus: {code}\n{date}"
    )
    return BOUNCE.format(
        report="delivery-status",
        kind="delivery-status",
        fields=fields,
        about=about,
        original=original,
    )


def complaint(kind):
    fields = f"Feedback-Type: {kind}\nUser-Agent: SomeGenerator/1.0\nVersion: 1\n"
    return BOUNCE.format(
        report="feedback-report",
        kind="feedback-report",
        fields=fields,
        about="text/rfc822-headers",
        original=ORIGINAL,
    )


def parse(text):
    return email_reports.parse(Call(body=text.encode(), headers={}, at=AT))


@pytest.mark.parametrize(
    ("code", "is_permanent"),
    [
        ("5.1.1", True),
        ("5.1.10", True),
        ("5.2.1", True),
        ("5.2.2", False),
        ("5.7.1", False),
        ("4.4.7", False),
        ("", False),
    ],
)
def test_a_mail_that_came_back_says_whether_its_address_is_dead(code, is_permanent):
    (receipt,) = parse(status(code=code))

    assert (receipt.provider_ref, receipt.kind) == (MESSAGE_ID, "BOUNCED")
    assert (receipt.detail, receipt.is_permanent) == (code, is_permanent)
    assert receipt.occurred_at == datetime(2026, 11, 22, 7, tzinfo=UTC)


@pytest.mark.parametrize(
    ("code", "diagnosis", "detail", "is_permanent"),
    [
        ("5.0.0", "smtp; 550 5.1.1 <alice@example.org>: no such user", "5.1.1", True),
        ("5.0.0", "smtp; 550-5.7.1 looks like spam", "5.7.1", False),
        ("5.0.0", "smtp; 550 never heard of 192.5.1.1.7", "5.0.0", False),
        ("5.0.0", "x-local; 5.1.1", "5.0.0", False),
        ("5.2.2", "smtp; 550 5.1.1 no such user", "5.2.2", False),
        ("5.0.0", "", "5.0.0", False),
    ],
)
def test_a_status_that_says_nothing_is_read_from_the_diagnosis(
    code, diagnosis, detail, is_permanent
):
    (receipt,) = parse(status(code=code, date=f"Diagnostic-Code: {diagnosis}\n"))

    assert (receipt.detail, receipt.is_permanent) == (detail, is_permanent)


def test_the_head_of_our_mail_is_enough_and_the_last_attempt_is_when():
    tried = "Last-Attempt-Date: Sun, 22 Nov 2026 06:30:00 +0000\n"

    (receipt,) = parse(status(about="text/rfc822-headers", date=tried))

    assert receipt.provider_ref == MESSAGE_ID
    assert receipt.occurred_at == datetime(2026, 11, 22, 6, 30, tzinfo=UTC)


def test_an_arrival_is_told_and_a_delay_is_no_news():
    (receipt,) = parse(status("delivered", "2.0.0"))
    assert (receipt.kind, receipt.detail, receipt.is_permanent) == ("DELIVERED", "", False)

    assert parse(status("delayed", "4.4.1")) == []
    assert parse(status("relayed", "2.0.0")) == []


@pytest.mark.parametrize(
    ("said", "kinds"),
    [("abuse", ["COMPLAINED"]), ("opt-out", ["UNSUBSCRIBED"]), ("not-spam", []), ("", [])],
)
def test_who_calls_a_mail_spam_has_complained(said, kinds):
    assert [(one.kind, one.provider_ref) for one in parse(complaint(said))] == [
        (kind, MESSAGE_ID) for kind in kinds
    ]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "no mail at all",
        "Subject: Re: Hello\n\nI am on vacation.",
        status(original="Subject: without a number\n"),
        status().replace("multipart/report", "multipart/mixed"),
        status(about="text/plain"),
        status().replace("Status: 5.1.1", "").replace("Action: failed", ""),
    ],
)
def test_what_is_no_report_of_a_mail_of_ours_is_heard_and_forgotten(text):
    assert parse(text) == []


def test_bytes_of_any_kind_and_dates_of_no_kind_do_no_harm():
    assert email_reports.parse(Call(body=b"\xff\xfe\x00" * 100, headers={}, at=AT)) == []
    (receipt,) = parse(status().replace("Sun, 22 Nov 2026 15:00:00 +0800", "yesterday"))
    assert receipt.occurred_at == AT
    with pytest.raises(Untrusted):
        email_reports.parse(Call(body=b"x" * 1_000_001, headers={}, at=AT))


def test_parts_within_parts_without_end_are_not_read():
    deep = "".join(
        f'Content-Type: multipart/mixed; boundary="b{number}"\n\n--b{number}\n'
        for number in range(2_000)
    )

    with pytest.raises(Untrusted):
        parse(deep)
    assert parse("".join(deep.splitlines(keepends=True)[:297])) == []


@pytest.mark.django_db
def test_a_mail_that_came_back_settles_its_message_and_its_address_is_suppressed(
    campaign, alice, settings, client
):
    secret = provider_reports.secret_of("email")
    with MailServer() as server:
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = server.server_address[:2]
        delivery = queued(campaign, alice)
        deliveries.send_due(at=NOW)
        told = status(original=server.taken[0].as_string())

    for address, expected in ((f"/receipts/email/{'x' * 32}/", 403), ("/receipts/email/", 403)):
        answer = client.post(address, told.encode(), content_type="message/rfc822")
        assert answer.status_code == expected
    answer = client.post(f"/receipts/email/{secret}/", told.encode(), content_type="message/rfc822")

    assert answer.status_code == 200
    delivery.refresh_from_db()
    assert delivery.state == "BOUNCED"
    assert Suppression.objects.values_list("medium", "reason").get() == ("EMAIL", "BOUNCED")
