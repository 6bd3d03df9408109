"""E-mail over real SMTP: what the server says decides whether a mail may be tried again."""

import smtplib
from dataclasses import replace
from email.header import decode_header, make_header

import pytest

from campaigns.transports import email
from campaigns.transports.contract import AddressClosed, Message, NotSent, Refused
from tests.campaigns.mail_server import MailServer
from tests.campaigns.push_server import certificate_for

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
        (b"RCPT", b"550 5.7.1 your address is on a list", Refused),
        (b"RCPT", b"550 5.1.1 no such mailbox", AddressClosed),
        (b"RCPT", b"450 mailbox busy", NotSent),
        (b"MAIL", b"553 who are you", Refused),
        (b"DATA", b"554 looks like spam", Refused),
        (b"DATA", b"451 try again later", NotSent),
    ],
)
def test_a_refusal_is_for_good_or_for_now_as_the_server_says(server, command, answer, error):
    server.answers[command] = answer

    with pytest.raises(error) as caught:
        email.send(MAIL)

    assert (type(caught.value), server.taken) == (error, [])


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


@pytest.mark.parametrize("said", [b"200 queued as 7", b"251 will forward", b"thanks", b"354 more?"])
def test_an_answer_to_the_mail_that_is_neither_yes_nor_no_leaves_it_open(server, said):
    """It has the whole mail: what it can't be understood to refuse is never sent twice."""
    server.answers[b"DATA"] = said

    with pytest.raises(smtplib.SMTPDataError):
        email.send(MAIL)


def test_how_the_server_says_good_bye_does_not_matter(server):
    server.answers[b"QUIT"] = b"500 never heard of it"

    assert email.send(MAIL) == "<tier-upgraded.0195.EMAIL@shop.example>"


def test_a_mail_that_can_be_unsubscribed_says_so_in_its_head_and_comes_as_text_and_html(server):
    body = "Points & more:\nhttps://m.shop.example/m/c/abc?x=1&y=2.\n<b>Not bold</b>"
    address = "https://m.shop.example/m/u/abc"

    email.send(replace(MAIL, body=body, unsubscribe_url=address, pixel_url=f"{address}.gif"))

    (mail,) = server.taken
    assert mail["List-Unsubscribe"] == f"<{address}>"
    assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    text, html = (part.get_payload(decode=True).decode() for part in mail.get_payload())
    assert text.splitlines() == body.splitlines()
    link = "https://m.shop.example/m/c/abc?x=1&amp;y=2"
    assert f'<a href="{link}">{link}</a>.<br>' in html
    assert "Points &amp; more:<br>" in html
    assert "&lt;b&gt;Not bold&lt;/b&gt;" in html
    assert f'<img src="{address}.gif" width="1" height="1" alt=""></body>' in html


def test_no_sign_of_a_text_makes_a_link_of_anything_but_an_address_of_the_web():
    html = email.html_of(replace(MAIL, body="\x01javascript:alert(1)\x02 data:text/html,x"))

    assert "<a " not in html
    assert "javascript:alert(1)" in html


def test_html_of_its_writer_goes_out_as_it_is(server):
    email.send(replace(MAIL, html="<p>Hello</p>"))

    assert server.taken[0].get_payload()[1].get_payload(decode=True).strip() == (b"<p>Hello</p>")


def test_what_goes_over_the_wire_is_the_wire_key(server):
    assert email.send(replace(MAIL, wire_key="0195-uid")) == "<0195-uid@shop.example>"


def test_a_subject_can_add_no_line_to_the_head(server):
    email.send(replace(MAIL, subject="Hello\r\nBcc: bob@example.org"))

    assert server.taken[0]["Subject"] == "Hello Bcc: bob@example.org"
    assert server.taken[0]["Bcc"] is None


@pytest.mark.parametrize("address", ["a@b.c\nBcc: bob@example.org", "two@@example.org", "nobody"])
def test_an_address_that_no_mail_can_have_is_refused_and_nobody_is_called(server, address):
    with pytest.raises(Refused):
        email.send(replace(MAIL, address=address))

    assert server.callers == 0


def test_a_providers_own_interface_works_by_its_setting_alone(settings):
    """What it says is read without the package that speaks it."""
    settings.EMAIL_BACKEND = "tests.campaigns.mail_backend.EmailBackend"
    settings.DEFAULT_FROM_EMAIL = "hello@shop.example"

    assert email.send(MAIL) == "provider-1"
    assert email.send(replace(MAIL, address="unnamed@example.org")) == (
        "<tier-upgraded.0195.EMAIL@shop.example>"
    )
    for address, error in (
        ("refused@example.org", Refused),
        ("rejected@example.org", Refused),
        ("away@example.org", NotSent),
        ("status-422@example.org", Refused),
        ("status-401@example.org", NotSent),
        ("status-429@example.org", NotSent),
    ):
        with pytest.raises(error):
            email.send(replace(MAIL, address=address))
    for address in ("status-500@example.org", "status-None@example.org"):
        with pytest.raises(Exception, match="status"):
            email.send(replace(MAIL, address=address))


def test_what_is_missing_is_named_in_production_only(settings):
    settings.EMAIL_BACKEND = "django.core.mail.backends.console.EmailBackend"
    settings.DEFAULT_FROM_EMAIL = "Regulars <no-reply@localhost>"
    assert email.lacks() == []

    settings.REGULARS_ENV = "production"
    assert email.lacks() == ["EMAIL_URL", "DEFAULT_FROM_EMAIL"]
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.DEFAULT_FROM_EMAIL = "Regulars <hello@shop.example>"
    assert email.lacks() == []


def test_a_server_that_speaks_tls_from_the_first_byte_on_is_spoken_to_so(
    settings, tmp_path, monkeypatch
):
    own = certificate_for("localhost", tmp_path / "own.pem")
    monkeypatch.setenv("SSL_CERT_FILE", str(own))
    with MailServer() as server:
        server.secure(own)
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = "localhost", server.server_address[1]
        settings.EMAIL_TIMEOUT, settings.EMAIL_USE_SSL = 5, True
        email.send(MAIL)

        assert len(server.taken) == 1
