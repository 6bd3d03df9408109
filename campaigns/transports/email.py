"""E-mail through Django's mail framework: SMTP in production, the console in the demo, or a
provider's own interface where `EMAIL_BACKEND` names one (the extra "mail")."""

import contextlib
import re
import smtplib
from email.utils import parseaddr
from typing import Any

from django.conf import settings
from django.core import mail
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.html import escape, format_html
from django.utils.safestring import mark_safe

from campaigns.transports import email_reports
from campaigns.transports.contract import AddressClosed, Message, NotSent, Refused, Transport
from members.services import recipients

_CONCURRENCY = 4
_FOR_NOW_FROM, _PERMANENT_FROM, _CODES_END = 400, 500, 600
_LONGEST_REFERENCE = 120
# These send nothing outside: the console, a file, memory, nothing at all.
_BY_DJANGO = "django.core.mail.backends."
_SMTP = "django.core.mail.backends.smtp.EmailBackend"
_LINK = re.compile(r"https?://[^\s<>\"']+[^\s<>\"'.,;:!?)\]}，。；：！？）】」』]")
# Answers of a provider's own interface after which it surely has not taken the mail: our account
# is at fault, or too many at once.
_LATER = (401, 402, 403, 429)
_OPEN = (408,)
_NOT_REACHED = ("NewConnectionError", "NameResolutionError", "ConnectTimeoutError")
_NOT_TAKEN = {"invalid", "rejected", "failed"}


def send(message: Message) -> str:
    """Hands `message` to the mail server and returns its Message-ID, or the provider's own number.

    The server's time-out is `EMAIL_TIMEOUT` seconds.

    Raises: NotSent, Refused; whatever else happens leaves it open whether the mail went out.
    """
    connection = mail.get_connection()
    letter = _letter(message, connection)
    try:
        connection.open()
    except (OSError, smtplib.SMTPException) as error:
        raise NotSent(type(error).__name__) from error
    try:
        return _deliver(letter)
    finally:
        # The server has answered; how the connection ends says nothing about the message.
        with contextlib.suppress(OSError, smtplib.SMTPException):
            connection.close()


def message_id_of(send_key: str) -> str:
    """The send key as a Message-ID: the same for every attempt, so that receivers see a repeat.

    A colon isn't allowed there. Source: RFC 5322, section 3.6.4.
    """
    domain = _domain() or "localhost"
    return f"<{send_key.replace(':', '.')}@{domain}>"


def html_of(message: Message) -> str:
    """The mail as HTML: what its writer made of it, or its text with its links to be clicked."""
    text = message.html or _as_html(message.body)
    if not message.pixel_url:
        return text
    pixel = format_html('<img src="{}" width="1" height="1" alt="">', message.pixel_url)
    head, end, tail = text.rpartition("</body>")
    return f"{head}{pixel}{end}{tail}" if end else f"{text}{pixel}"


def lacks() -> list[str]:
    """Settings that are missing or can't be right."""
    if settings.REGULARS_ENV != "production":
        return []
    is_inside = settings.EMAIL_BACKEND.startswith(_BY_DJANGO) and settings.EMAIL_BACKEND != _SMTP
    missing = ["EMAIL_URL"] if is_inside else []
    return [*missing, "DEFAULT_FROM_EMAIL"] if _domain() in ("", "localhost") else missing


def _letter(message: Message, connection: Any) -> mail.EmailMultiAlternatives:
    """The mail; one that can't be written, because of what stands in its head, is refused."""
    letter = mail.EmailMultiAlternatives(
        # A line break would begin another line of the head.
        subject=" ".join(message.subject.split()),
        body=message.body,
        to=[message.address],
        headers=_head(message),
        connection=connection,
    )
    if message.html or message.pixel_url or message.unsubscribe_url:
        letter.attach_alternative(html_of(message), "text/html")
    try:
        validate_email(message.address)
        letter.message()
    except (ValidationError, ValueError) as error:
        raise Refused(type(error).__name__) from None
    return letter


def _head(message: Message) -> dict[str, str]:
    """Source: RFC 2369 and RFC 8058 (one POST unsubscribes)."""
    head = {"Message-ID": message_id_of(message.key), "Auto-Submitted": "auto-generated"}
    if message.unsubscribe_url:
        head["List-Unsubscribe"] = f"<{message.unsubscribe_url}>"
        head["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    return head


def _deliver(letter: mail.EmailMultiAlternatives) -> str:
    try:
        letter.send()
    except smtplib.SMTPRecipientsRefused as error:
        raise _of_address(*max(error.recipients.values())) from error
    except smtplib.SMTPResponseException as error:
        if isinstance(error, smtplib.SMTPDataError) and not _is_refusal(error.smtp_code):
            # It has the whole mail, and says neither yes nor no: 2xx of its own, or no code at all.
            raise
        raise _refusal(error.smtp_code) from error
    except Exception as error:
        told = _told_by_provider(error)
        if told is None:
            raise
        raise told from None
    return _reference(letter)


def _is_refusal(code: int) -> bool:
    return _FOR_NOW_FROM <= code < _CODES_END


def _refusal(code: int) -> NotSent | Refused:
    """An answer that isn't 250 means that the server has not taken the mail: 4xx for now."""
    text = f"SMTP {code}"
    return Refused(text) if code >= _PERMANENT_FROM else NotSent(text)


def _of_address(code: int, said: bytes | str) -> NotSent | Refused:
    """The server's answer to the address itself. Source: RFC 2034, section 4 (its code)."""
    words = (said.decode(errors="replace") if isinstance(said, bytes) else said).split()
    if code >= _PERMANENT_FROM and words and words[0] in email_reports.DEAD:
        return AddressClosed(f"SMTP {code} {words[0]}")
    return _refusal(code)


def _told_by_provider(error: Exception) -> NotSent | Refused | None:
    """What an error of a provider's own interface says; the extra need not be installed here.

    Source: https://anymail.dev/en/stable/sending/exceptions/
    """
    if type(error).__name__ == "AnymailRecipientsRefused":
        return Refused("recipients refused")
    if _reason(error) in _NOT_REACHED:
        return NotSent(_reason(error))
    status = getattr(error, "status_code", None)
    if not isinstance(status, int) or not 400 <= status < _PERMANENT_FROM or status in _OPEN:
        return None
    return NotSent(f"HTTP {status}") if status in _LATER else Refused(f"HTTP {status}")


def _reason(error: Exception) -> str:
    """Why there was no answer, as the HTTP library below the package names it."""
    cause = error.__cause__
    held = cause.args[0] if cause is not None and cause.args else None
    return type(getattr(held, "reason", None)).__name__


def _reference(letter: mail.EmailMultiAlternatives) -> str:
    """The provider's number where it gives one: its reports name that.

    Raises: Refused, where the provider took the call but not the address.
    Source: https://anymail.dev/en/stable/sending/anymail_additions/ (anymail_status)
    """
    status = getattr(letter, "anymail_status", None)
    said = getattr(status, "status", None)
    if isinstance(said, set) and said and said <= _NOT_TAKEN:
        raise Refused(" ".join(sorted(said)))
    told = getattr(status, "message_id", None)
    if isinstance(told, str) and 0 < len(told) <= _LONGEST_REFERENCE:
        return told
    return str(letter.extra_headers["Message-ID"])


def _domain() -> str:
    return parseaddr(settings.DEFAULT_FROM_EMAIL)[1].rpartition("@")[2]


def _as_html(text: str) -> str:
    """What stands between links is escaped; only http and https are made links."""
    parts, done = [], 0
    for found in _LINK.finditer(text):
        link = escape(found[0])
        parts += [escape(text[done : found.start()]), f'<a href="{link}">{link}</a>']
        done = found.end()
    body = "<br>\n".join("".join([*parts, escape(text[done:])]).splitlines())
    return str(mark_safe(f"<!doctype html>\n<html><body>\n{body}\n</body></html>"))  # noqa: S308


TRANSPORT = Transport(
    medium="EMAIL",
    identity_kind="EMAIL",
    send=send,
    recipient=recipients.EMAIL,
    settings=("EMAIL_URL", "EMAIL_BACKEND", "DEFAULT_FROM_EMAIL"),
    lacks=lacks,
    concurrency=_CONCURRENCY,
)
