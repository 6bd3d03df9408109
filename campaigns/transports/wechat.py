"""Subscription messages of a WeChat mini program: an approved template, granted one by one.

Source: https://developers.weixin.qq.com/miniprogram/dev/OpenApiDoc/mp-message-management/subscribe-message/sendMessage.html
"""

from typing import Any

import httpx2
from django.conf import settings

from campaigns.transports import wechat_token
from campaigns.transports.contract import (
    AnswerLost,
    Message,
    NotGranted,
    NotSent,
    Refused,
    Transport,
)
from members.providers import calling
from members.services import recipients

_CONCURRENCY = 8
_NEEDED = ("WECHAT_APP_ID", "WECHAT_APP_SECRET")
_LANGUAGE = "zh_CN"
# The token is over, or isn't the newest.
_TOKEN = (40001, 40014, 42001)
# Busy; too many today, this minute, of this call, to this member at the same moment; our account:
# an address that isn't on their list, the ability to send taken away for a while.
_LATER = (-1, 45009, 45011, 45047, 43108, 40164, 43107)
_NOT_GRANTED = 43101


class _TokenRefused(Exception):
    """This token doesn't count any more; nothing was taken."""


def send(message: Message) -> str:
    """Hands `message` to WeChat and returns its number there.

    Raises: NotSent, Refused, NotGranted; whatever else happens leaves it open whether it went out.
    """
    if not message.template:
        raise Refused("no template")
    token = wechat_token.current()
    try:
        return _send(message, token)
    except _TokenRefused:
        token = wechat_token.current(refused=token)
    try:
        return _send(message, token)
    except _TokenRefused as error:
        raise NotSent(f"token {error}") from None


def lacks() -> list[str]:
    """Settings that are missing or can't be right."""
    return calling.missing(_NEEDED, url="WECHAT_URL")


def _send(message: Message, token: str) -> str:
    answer = calling.post(
        f"{settings.WECHAT_URL.rstrip('/')}/cgi-bin/message/subscribe/send",
        params={"access_token": token},
        json=_told(message),
        timeout=settings.WECHAT_TIMEOUT_SECONDS,
    )
    if answer.status_code == httpx2.codes.TOO_MANY_REQUESTS:
        raise NotSent("HTTP 429")
    if answer.status_code != httpx2.codes.OK:
        raise AnswerLost(f"HTTP {answer.status_code}")
    try:
        told = answer.json()
        code = int(told["errcode"])
    except (ValueError, KeyError, TypeError):
        raise AnswerLost("no answer of its form") from None
    if code:
        raise _failure(code)
    # The number is missing from old descriptions of the answer.
    return str(told.get("msgid") or message.key)


def _told(message: Message) -> dict[str, Any]:
    told: dict[str, Any] = {
        "touser": message.address,
        "template_id": message.template,
        "miniprogram_state": settings.WECHAT_EDITION,
        "lang": _LANGUAGE,
        "data": {name: {"value": value} for name, value in message.fields.items()},
    }
    if message.page:
        told["page"] = message.page
    return told


def _failure(code: int) -> Exception:
    if code in _TOKEN:
        return _TokenRefused(str(code))
    if code in _LATER:
        return NotSent(str(code))
    return NotGranted(str(code)) if code == _NOT_GRANTED else Refused(str(code))


TRANSPORT = Transport(
    medium="WECHAT",
    identity_kind="WECHAT_OPENID",
    issuer=lambda: str(settings.WECHAT_ISSUER),
    send=send,
    recipient=recipients.WECHAT,
    settings=_NEEDED,
    lacks=lacks,
    concurrency=_CONCURRENCY,
    needs_credit=True,
    needs_template=lambda: True,
)
