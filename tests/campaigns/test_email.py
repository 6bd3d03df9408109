"""E-mail over real SMTP: what the server says decides whether a mail may be tried again."""

import smtplib
from email.header import decode_header, make_header

import pytest

from campaigns.transports import email
from campaigns.transports.contract import Message, NotSent, Refused
from tests.campaigns.mail_server import MailServer

MAIL = Message(
    send_key="tier-upgraded:0195:EMAIL",
    address="alice@example.org",
    subject="恭喜您升级为金卡会员",
    body="您好！\n您有 12,345 积分。",
)


@pytest.fixture
def server(settings):
    with MailServer() as server:
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = server.server_address[:2]
        settings.EMAIL_TIMEOUT = 5
        settings.DEFAULT_FROM_EMAIL = "Regulars <hello@shop.example>"
        yield server


def test_a_mail_carries_its_send_key_as_message_id_every_time(server):
    references = {email.send(MAIL), email.send(MAIL)}

    assert references == {"<tier-upgraded.0195.EMAIL@shop.example>"}
    assert {mail["Message-ID"] for mail in server.taken} == references


def test_chinese_arrives_as_written(server):
    email.send(MAIL)

    (mail,) = server.taken
    subject = make_header(decode_header(mail["Subject"]))
    assert str(subject) == MAIL.subject
    assert mail.get_payload(decode=True).decode().splitlines() == MAIL.body.splitlines()
    assert (mail["To"], mail["Auto-Submitted"]) == ("alice@example.org", "auto-generated")


@pytest.mark.parametrize(
    ("command", "answer", "error"),
    [
        (b"RCPT", b"550 no such mailbox", Refused),
        (b"RCPT", b"450 mailbox busy", NotSent),
        (b"MAIL", b"553 who are you", Refused),
        (b"DATA", b"554 looks like spam", Refused),
        (b"DATA", b"451 try again later", NotSent),
    ],
)
def test_a_refusal_is_for_good_or_for_now_as_the_server_says(server, command, answer, error):
    server.answers[command] = answer

    with pytest.raises(error):
        email.send(MAIL)

    assert server.taken == []


def test_a_server_that_is_away_has_surely_not_taken_the_mail(server, settings):
    settings.EMAIL_PORT = 9

    with pytest.raises(NotSent):
        email.send(MAIL)


def test_a_line_that_breaks_before_the_answer_leaves_it_open(server):
    """Neither NotSent nor Refused: the server has the mail, as here, or it hasn't."""
    server.answers[b"DATA"] = b""

    with pytest.raises(smtplib.SMTPServerDisconnected):
        email.send(MAIL)

    assert len(server.taken) == 1


def test_how_the_server_says_good_bye_does_not_matter(server):
    server.answers[b"QUIT"] = b"500 never heard of it"

    assert email.send(MAIL) == "<tier-upgraded.0195.EMAIL@shop.example>"
