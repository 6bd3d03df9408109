"""E-mail through Django's mail framework: SMTP in production, the console in the demo."""

import contextlib
import smtplib
from email.utils import parseaddr
from typing import Any

from django.conf import settings
from django.core import mail

from campaigns.transports.contract import Message, NotSent, Refused, Transport
from members.services import recipients

_PERMANENT_FROM = 500


def send(message: Message) -> str:
    """Hands `message` to the mail server and returns its Message-ID.

    The server's time-out is `EMAIL_TIMEOUT` seconds.

    Raises: NotSent, Refused; whatever else happens leaves it open whether the mail went out.
    """
    connection = mail.get_connection()
    try:
        connection.open()
    except (OSError, smtplib.SMTPException) as error:
        raise NotSent(type(error).__name__) from error
    try:
        return _deliver(connection, message)
    finally:
        # The server has answered; how the connection ends says nothing about the message.
        with contextlib.suppress(OSError, smtplib.SMTPException):
            connection.close()


def _deliver(connection: Any, message: Message) -> str:
    message_id = message_id_of(message.send_key)
    letter = mail.EmailMessage(
        subject=message.subject,
        body=message.body,
        to=[message.address],
        headers={"Message-ID": message_id, "Auto-Submitted": "auto-generated"},
        connection=connection,
    )
    try:
        letter.send()
    except smtplib.SMTPRecipientsRefused as error:
        raise _refusal(max(code for code, _ in error.recipients.values())) from error
    except smtplib.SMTPResponseException as error:
        raise _refusal(error.smtp_code) from error
    return message_id


def message_id_of(send_key: str) -> str:
    """The send key as a Message-ID: the same for every attempt, so that receivers see a repeat.

    A colon isn't allowed there. Source: RFC 5322, section 3.6.4.
    """
    domain = parseaddr(settings.DEFAULT_FROM_EMAIL)[1].rpartition("@")[2] or "localhost"
    return f"<{send_key.replace(':', '.')}@{domain}>"


def _refusal(code: int) -> NotSent | Refused:
    """An answer that isn't 250 means that the server has not taken the mail: 4xx for now."""
    text = f"SMTP {code}"
    return Refused(text) if code >= _PERMANENT_FROM else NotSent(text)


TRANSPORT = Transport(medium="EMAIL", identity_kind="EMAIL", send=send, recipient=recipients.EMAIL)
