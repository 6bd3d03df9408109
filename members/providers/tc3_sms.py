"""Short messages through a gateway that takes HTTPS, JSON and the signature TC3-HMAC-SHA256.

A text is a template that the gateway's operator approved; we fill in its fields, in their order.
Source: https://www.tencentcloud.com/document/product/614/42761 (signature, version 3) and
https://www.tencentcloud.com/document/product/382/40628 (SendSms, version 2021-01-11).
"""

import hashlib
import hmac
import json
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

import httpx2
from django.conf import settings

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

_METHOD = "TC3-HMAC-SHA256"
_CONTENT_TYPE = "application/json; charset=utf-8"
_SIGNED_HEADERS = "content-type;host"
_ACTION, _VERSION, _SERVICE = "SendSms", "2021-01-11", "sms"
_NEEDED_FOR_TEXTS = ("SMS_URL", "SMS_KEY_ID", "SMS_SECRET", "SMS_APP_ID")
_NEEDED = (*_NEEDED_FOR_TEXTS, "SMS_TEMPLATE_ID")
# Codes of errors that say "later": nothing was taken. Too many at once, or too many today; or our
# account is at fault, which a person mends: keys, rights, money, addresses that may call.
# Source: https://www.tencentcloud.com/document/product/382/34861.
_LATER = (
    "RequestLimitExceeded",
    "LimitExceeded.DeliveryFrequencyLimit",
    "LimitExceeded.PhoneNumberThirtySecondLimit",
    "LimitExceeded.AppDailyLimit",
    "LimitExceeded.AppMainlandChinaDailyLimit",
    "LimitExceeded.AppGlobalDailyLimit",
    "LimitExceeded.DailyLimit",
    "FailedOperation.InsufficientBalanceInSmsPackage",
    "UnauthorizedOperation",
    "AuthFailure",
    "IpNotInWhitelist",
    "IpInBlacklist",
)
# No such number; somebody who wants no more, of us or of anybody.
_NO_PHONE = ("InvalidParameterValue.IncorrectPhoneNumber",)
_OPTED_OUT = ("FailedOperation.PhoneNumberInBlacklist",)
# Codes of errors after which nobody knows.
_OPEN = ("InternalError", "FailedOperation.JsonParseFail")


@dataclass(frozen=True, kw_only=True, slots=True)
class Credentials:
    """Whose calls they are; the secret never travels."""

    key_id: str
    secret: str


@dataclass(frozen=True, kw_only=True, slots=True)
class _Filled:
    """An approved template with what its places hold, on its way to one phone."""

    send_key: str
    phone: str
    template: str
    values: Sequence[str]


def send(message: CodeMessage) -> str:
    """Hands a code to the gateway and returns its serial number.

    Raises: NotSent, Refused; AnswerLost, which leaves it open whether the message went out.
    """
    return _send(
        _Filled(
            send_key=message.send_key,
            phone=message.phone,
            template=settings.SMS_TEMPLATE_ID,
            values=(message.code, str(message.minutes)),
        )
    )


def send_text(message: TextMessage) -> str:
    """Hands a text to the gateway and returns its serial number.

    Raises: NotSent, Refused; AnswerLost, which leaves it open whether the message went out.
    """
    if not message.template:
        raise Refused("no template")
    return _send(
        _Filled(
            send_key=message.send_key,
            phone=message.phone,
            template=message.template,
            values=tuple(message.fields.values()),
        )
    )


def _send(filled: _Filled) -> str:
    body = _body(filled)
    answer = calling.post(
        settings.SMS_URL,
        content=body,
        headers=_headers(body, int(time.time())),
        timeout=settings.SMS_TIMEOUT_SECONDS,
    )
    return _serial(answer)


def authorization(*, host: str, body: bytes, at: int, service: str, by: Credentials) -> str:
    """The header `Authorization` for a POST of `body` to `/` at the instant `at` (epoch)."""
    day = datetime.fromtimestamp(at, tz=UTC).date().isoformat()
    request = "\n".join(
        [
            "POST",
            "/",
            "",
            f"content-type:{_CONTENT_TYPE}",
            f"host:{host}",
            "",
            _SIGNED_HEADERS,
            hashlib.sha256(body).hexdigest(),
        ]
    )
    scope = f"{day}/{service}/tc3_request"
    told = "\n".join([_METHOD, str(at), scope, hashlib.sha256(request.encode()).hexdigest()])
    key = f"TC3{by.secret}".encode()
    for part in (day, service, "tc3_request"):
        key = _mac(key, part)
    signature = _mac(key, told).hex()
    return (
        f"{_METHOD} Credential={by.key_id}/{scope}, "
        f"SignedHeaders={_SIGNED_HEADERS}, Signature={signature}"
    )


def lacks() -> list[str]:
    """Settings for codes that are missing or can't be right."""
    return calling.missing(_NEEDED, url="SMS_URL")


def lacks_text() -> list[str]:
    """Settings for texts that are missing or can't be right; each names its own template."""
    return calling.missing(_NEEDED_FOR_TEXTS, url="SMS_URL")


def _body(filled: _Filled) -> bytes:
    told = {
        "PhoneNumberSet": [filled.phone],
        "SmsSdkAppId": settings.SMS_APP_ID,
        "SignName": settings.SMS_SIGN_NAME,
        "TemplateId": filled.template,
        "TemplateParamSet": list(filled.values),
        "SessionContext": filled.send_key,
    }
    return json.dumps(told).encode()


def _headers(body: bytes, at: int) -> dict[str, str]:
    host = urlsplit(settings.SMS_URL).netloc
    by = Credentials(key_id=settings.SMS_KEY_ID, secret=settings.SMS_SECRET)
    return {
        "Authorization": authorization(host=host, body=body, at=at, service=_SERVICE, by=by),
        "Content-Type": _CONTENT_TYPE,
        "Host": host,
        "X-TC-Action": _ACTION,
        "X-TC-Version": _VERSION,
        "X-TC-Timestamp": str(at),
        "X-TC-Region": settings.SMS_REGION,
    }


def _serial(answer: httpx2.Response) -> str:
    if answer.status_code == httpx2.codes.TOO_MANY_REQUESTS:
        raise NotSent("HTTP 429")
    if answer.status_code >= httpx2.codes.INTERNAL_SERVER_ERROR:
        raise AnswerLost(f"HTTP {answer.status_code}")
    if answer.status_code != httpx2.codes.OK:
        raise Refused(f"HTTP {answer.status_code}")
    try:
        told = answer.json()["Response"]
        if "Error" in told:
            raise _failure(str(told["Error"]["Code"]))
        return _of_status(told["SendStatusSet"][0])
    except (ValueError, KeyError, IndexError, TypeError):
        raise AnswerLost("no answer of its form") from None


def _of_status(status: Mapping[str, Any]) -> str:
    if status["Code"] != "Ok":
        raise _failure(str(status["Code"]))
    return str(status["SerialNo"])


def _failure(code: str) -> Exception:
    if code.startswith(_LATER):
        return NotSent(code)
    if code in (*_NO_PHONE, *_OPTED_OUT):
        return AddressClosed(code, has_opted_out=code in _OPTED_OUT)
    return AnswerLost(code) if code.startswith(_OPEN) else Refused(code)


def _mac(key: bytes, text: str) -> bytes:
    return hmac.new(key, text.encode(), hashlib.sha256).digest()


PROVIDER = SmsProvider(
    code="tc3",
    send=send,
    send_text=send_text,
    lacks=lacks,
    lacks_text=lacks_text,
    needs_template=True,
)
