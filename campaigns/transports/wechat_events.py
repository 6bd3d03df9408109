"""What WeChat tells: whether a subscription message arrived, and which ones members grant.

Only its safe mode is read: there the signature is over the event itself, in the open one only over
an instant and a number. Sources:
https://developers.weixin.qq.com/miniprogram/dev/framework/server-ability/message-push.html and
https://developers.weixin.qq.com/miniprogram/dev/framework/open-ability/subscribe-message.html
"""

import base64
import hashlib
import hmac
import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from django.conf import settings

from campaigns.models import Receipt
from campaigns.transports.contract import (
    Call,
    ProviderCredit,
    ProviderReceipt,
    Receiver,
    Untrusted,
)

_SENT = "subscribe_msg_sent_event"
_ASKED = "subscribe_msg_popup_event"
_CHANGED = "subscribe_msg_change_event"
_KEY_BYTES = 32
# A block of 32 bytes, a random start of 16, the length in 4.
_BLOCK, _START, _LENGTH = 32, 16, 4
# It posts again within seconds; an older post is somebody else's.
_FRESH = timedelta(minutes=15)


def parse(call: Call) -> list[ProviderReceipt]:
    """What became of messages; none where the event tells of something else.

    Raises: Untrusted.
    """
    event = _opened(call)
    if event.get("Event") != _SENT:
        return []
    at = _instant(event)
    return [_receipt(one, at) for one in _entries(event)]


def credits_of(call: Call) -> list[ProviderCredit]:
    """Which messages a member granted or took back; none where the event tells of something else.

    Raises: Untrusted.
    """
    event = _opened(call)
    if event.get("Event") not in (_ASKED, _CHANGED):
        return []
    at = _instant(event)
    return [_credit(one, event, at) for one in _entries(event)]


def greet(call: Call) -> bytes:
    """The answer to the first GET, by which WeChat sees that the address is ours.

    Raises: Untrusted.
    """
    _check(call, call.query.get("signature", ""))
    return call.query.get("echostr", "")[:64].encode()


def _opened(call: Call) -> dict[str, Any]:
    try:
        sealed = str(json.loads(call.body)["Encrypt"])
        _check(call, call.query.get("msg_signature", ""), sealed)
        event = json.loads(_plain(base64.b64decode(sealed, validate=True)))
    except (ValueError, KeyError, TypeError) as error:
        raise Untrusted(type(error).__name__) from None
    if not isinstance(event, dict):
        raise Untrusted("no event")
    return event


def _check(call: Call, signature: str, *more: str) -> None:
    """Source: the sorted parts in one, under SHA-1, the token among them."""
    stamp, nonce = call.query.get("timestamp", ""), call.query.get("nonce", "")
    token = settings.WECHAT_EVENT_TOKEN
    parts = sorted([token, stamp, nonce, *more])
    right = hashlib.sha1("".join(parts).encode()).hexdigest()  # noqa: S324
    if not token or not hmac.compare_digest(right.encode(), signature.encode()):
        raise Untrusted("signature")
    if not stamp.isdecimal() or abs(call.at - _of_epoch(stamp)) > _FRESH:
        raise Untrusted("not of now")


def _plain(sealed: bytes) -> bytes:
    """The event, if it was sealed for our mini program. Raises: ValueError."""
    key = base64.b64decode(f"{settings.WECHAT_EVENT_KEY}=")
    if len(key) != _KEY_BYTES:
        raise Untrusted("no key")
    opener = Cipher(algorithms.AES(key), modes.CBC(key[:_START])).decryptor()
    text = opener.update(sealed) + opener.finalize()
    if not text or not 0 < text[-1] <= _BLOCK:
        raise Untrusted("padding")
    text = text[: -text[-1]]
    begin = _START + _LENGTH
    end = begin + int.from_bytes(text[_START:begin])
    if text[end:] != settings.WECHAT_APP_ID.encode():
        raise Untrusted("for another application")
    return text[begin:end]


def _entries(event: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """One stands there as it is, several as a list."""
    found = event.get("List")
    entries = found if isinstance(found, list) else [found]
    for entry in entries:
        if not isinstance(entry, dict):
            raise Untrusted("no list")
        yield entry


def _receipt(entry: dict[str, Any], at: datetime) -> ProviderReceipt:
    code, reference = str(entry.get("ErrorCode", "")), str(entry.get("MsgID", ""))
    has_arrived = code == "0"
    return ProviderReceipt(
        provider_ref=reference,
        kind=Receipt.Kind.DELIVERED if has_arrived else Receipt.Kind.BOUNCED,
        occurred_at=at,
        detail="" if has_arrived else code[:20],
        external_id=reference,
    )


def _credit(entry: dict[str, Any], event: dict[str, Any], at: datetime) -> ProviderCredit:
    member, template = str(event.get("FromUserName", "")), str(entry.get("TemplateId", ""))
    accepts = entry.get("SubscribeStatusString") == "accept"
    told = f"{member}|{template}|{int(at.timestamp())}|{event['Event']}"
    return ProviderCredit(
        identity=member,
        template=template,
        granted_count=1 if accepts and event["Event"] == _ASKED else 0,
        occurred_at=at,
        external_id=hashlib.sha256(told.encode()).hexdigest(),
    )


def _instant(event: dict[str, Any]) -> datetime:
    try:
        return _of_epoch(str(event["CreateTime"]))
    except KeyError:
        raise Untrusted("no time") from None


def _of_epoch(seconds: str) -> datetime:
    try:
        return datetime.fromtimestamp(int(seconds), tz=UTC)
    except (ValueError, OverflowError, OSError):
        raise Untrusted("no time") from None


RECEIVER = Receiver(
    code="wechat",
    medium="WECHAT",
    parse=parse,
    answer=b"success",
    content_type="text/plain",
    credits=credits_of,
    greet=greet,
)
