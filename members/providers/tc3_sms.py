"""Short messages through a gateway that takes HTTPS, JSON and the signature TC3-HMAC-SHA256.

The text is a template that the gateway's operator approved; we fill in the code and the minutes.
Source: https://www.tencentcloud.com/document/product/614/42761 (signature, version 3) and
https://www.tencentcloud.com/document/product/382/40628 (SendSms, version 2021-01-11).
"""

import hashlib
import hmac
import json
import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

import httpx2
from django.conf import settings

from members.providers.contract import AnswerLost, CodeMessage, NotSent, Refused, SmsProvider

_METHOD = "TC3-HMAC-SHA256"
_CONTENT_TYPE = "application/json; charset=utf-8"
_SIGNED_HEADERS = "content-type;host"
_ACTION, _VERSION, _SERVICE = "SendSms", "2021-01-11", "sms"
_LOCAL = ("127.0.0.1", "localhost")
_NEEDED = ("SMS_URL", "SMS_KEY_ID", "SMS_SECRET", "SMS_APP_ID", "SMS_TEMPLATE_ID")
# Codes of errors that say "later": nothing was taken.
_LATER = ("RequestLimitExceeded", "LimitExceeded.DeliveryFrequencyLimit")
# Codes of errors after which nobody knows.
_OPEN = ("InternalError", "FailedOperation.JsonParseFail")


@dataclass(frozen=True, kw_only=True, slots=True)
class Credentials:
    """Whose calls they are; the secret never travels."""

    key_id: str
    secret: str


def send(message: CodeMessage) -> str:
    """Hands `message` to the gateway and returns its serial number.

    Raises: NotSent, Refused; AnswerLost, which leaves it open whether the message went out.
    """
    body = _body(message)
    headers = _headers(body, int(time.time()))
    try:
        with httpx2.Client(timeout=_timeout(), trust_env=False, follow_redirects=False) as client:
            answer = client.post(settings.SMS_URL, content=body, headers=headers)
    except (httpx2.ConnectError, httpx2.ConnectTimeout) as error:
        raise NotSent(type(error).__name__) from None
    except httpx2.HTTPError as error:
        # Its text may hold the request.
        raise AnswerLost(type(error).__name__) from None
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
    """Settings that are missing or can't be right."""
    missing = [name for name in _NEEDED if not getattr(settings, name)]
    address = urlsplit(settings.SMS_URL)
    if settings.SMS_URL and address.scheme != "https" and address.hostname not in _LOCAL:
        missing.append("SMS_URL")
    return missing


def _body(message: CodeMessage) -> bytes:
    told = {
        "PhoneNumberSet": [message.phone],
        "SmsSdkAppId": settings.SMS_APP_ID,
        "SignName": settings.SMS_SIGN_NAME,
        "TemplateId": settings.SMS_TEMPLATE_ID,
        "TemplateParamSet": [message.code, str(message.minutes)],
        "SessionContext": message.send_key,
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


def _timeout() -> httpx2.Timeout:
    return httpx2.Timeout(settings.SMS_TIMEOUT_SECONDS, connect=settings.SMS_TIMEOUT_SECONDS / 2)


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
    return AnswerLost(code) if code.startswith(_OPEN) else Refused(code)


def _mac(key: bytes, text: str) -> bytes:
    return hmac.new(key, text.encode(), hashlib.sha256).digest()


PROVIDER = SmsProvider(code="tc3", send=send, lacks=lacks)
