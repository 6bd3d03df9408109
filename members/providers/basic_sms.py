"""Short messages through a gateway that takes HTTPS, forms and a name with a password.

It sends free text. Source: https://www.twilio.com/docs/messaging/api/message-resource (Messages,
version 2010-04-01) and https://www.twilio.com/docs/api/errors.
"""

from urllib.parse import quote

import httpx2
from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext

from members.providers import calling
from members.providers.contract import (
    AddressClosed,
    AnswerLost,
    CodeMessage,
    NotSent,
    Refused,
    SmsProvider,
    TextMessage,
)

_NEEDED = ("SMS_URL", "SMS_KEY_ID", "SMS_SECRET", "SMS_APP_ID", "SMS_SENDER")
# A sender that begins so is a group of numbers, of which the gateway picks one.
_GROUP = "MG"
# Our account is at fault, or too many at once: a person mends it, and the message goes out then.
_LATER = (
    httpx2.codes.UNAUTHORIZED,
    httpx2.codes.FORBIDDEN,
    httpx2.codes.NOT_FOUND,
    httpx2.codes.TOO_MANY_REQUESTS,
)
# The same, said by the code of a 400: the sender's queue is full, the account's day is used up.
_LATER_CODES = ("21611", "63038")
# No such number, none for short messages; somebody who answered STOP.
_NO_PHONE = ("21211", "21614")
_OPTED_OUT = ("21610",)


def send(message: CodeMessage) -> str:
    """Hands a code to the gateway, in the installation's language, and returns its id there.

    Raises: NotSent, Refused; AnswerLost, which leaves it open whether the message went out.
    """
    with translation.override(settings.LANGUAGE_CODE):
        text = gettext(
            "%(code)s is your code, good for %(minutes)s minutes. Give it to nobody."
        ) % {"code": message.code, "minutes": message.minutes}
    return send_text(TextMessage(send_key=message.send_key, phone=message.phone, text=text))


def send_text(message: TextMessage) -> str:
    """Hands a text to the gateway and returns its id there.

    Raises: NotSent, Refused; AnswerLost, which leaves it open whether the message went out.
    """
    account = quote(settings.SMS_APP_ID, safe="")
    answer = calling.post(
        f"{settings.SMS_URL.rstrip('/')}/2010-04-01/Accounts/{account}/Messages.json",
        data=_form(message),
        auth=(settings.SMS_KEY_ID, settings.SMS_SECRET),
        timeout=settings.SMS_TIMEOUT_SECONDS,
    )
    return _id(answer)


def lacks() -> list[str]:
    """Settings that are missing or can't be right."""
    return calling.missing(_NEEDED, url="SMS_URL")


def _form(message: TextMessage) -> dict[str, str]:
    is_group = settings.SMS_SENDER.startswith(_GROUP)
    told = {
        "To": message.phone,
        "MessagingServiceSid" if is_group else "From": settings.SMS_SENDER,
        "Body": message.text,
    }
    if settings.SMS_RECEIPTS_URL:
        told["StatusCallback"] = settings.SMS_RECEIPTS_URL
    return told


def _id(answer: httpx2.Response) -> str:
    if answer.status_code in _LATER:
        raise NotSent(f"HTTP {answer.status_code}")
    if answer.status_code >= httpx2.codes.INTERNAL_SERVER_ERROR:
        raise AnswerLost(f"HTTP {answer.status_code}")
    try:
        told = answer.json()
        if answer.status_code == httpx2.codes.CREATED:
            return str(told["sid"])
        reason = str(int(told["code"]))
    except (ValueError, KeyError, TypeError):
        if answer.is_success:
            raise AnswerLost("no answer of its form") from None
        reason = f"HTTP {answer.status_code}"
    raise _failure(reason)


def _failure(code: str) -> Exception:
    if code in _LATER_CODES:
        return NotSent(code)
    if code in (*_NO_PHONE, *_OPTED_OUT):
        return AddressClosed(code, has_opted_out=code in _OPTED_OUT)
    return Refused(code)


PROVIDER = SmsProvider(code="basic", send=send, send_text=send_text, lacks=lacks, lacks_text=lacks)
