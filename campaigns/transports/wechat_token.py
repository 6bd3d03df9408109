"""The token by which calls of WeChat are allowed: one for all processes, asked for when it ends.

Source: https://developers.weixin.qq.com/miniprogram/dev/OpenApiDoc/mp-access-token/getStableAccessToken.html
"""

import contextlib
import threading
from collections.abc import Iterator
from typing import Any

import redis
from django.conf import settings
from django.core.cache import cache

from campaigns.transports.contract import AnswerLost, NotSent
from members.providers import calling

# Asked for anew so long before it ends: until then WeChat takes the old one as well.
_EARLY_SECONDS = 240
# WeChat makes a new one by force at most every 30 seconds, and 20 times a day.
_FORCE_SECONDS = 60
_LOCK_SECONDS = 15
_LOOK_SECONDS = 0.05


def current(*, refused: str = "") -> str:
    """The token that holds; not `refused`, which WeChat has just turned down.

    Raises: NotSent: without a token nothing goes out.
    """
    try:
        token = _held()
        if token and token != refused:
            return token
        with _alone():
            token = _held()
            return token if token and token != refused else _asked(refused)
    except redis.RedisError as error:
        raise NotSent(type(error).__name__) from None


def _asked(refused: str) -> str:
    """A new one. WeChat answers with the old one while that is good by its own books; where it was
    refused all the same, a new one is forced."""
    told = _ask(is_forced=False)
    if told["access_token"] == refused:
        if not cache.add(_name("forced"), 1, timeout=_FORCE_SECONDS):
            raise NotSent("token refused")
        told = _ask(is_forced=True)
    token = str(told["access_token"])
    cache.set(_name("token"), token, timeout=max(30, int(told["expires_in"]) - _EARLY_SECONDS))
    return token


def _ask(*, is_forced: bool) -> dict[str, Any]:
    asked = {
        "grant_type": "client_credential",
        "appid": settings.WECHAT_APP_ID,
        "secret": settings.WECHAT_APP_SECRET,
        "force_refresh": is_forced,
    }
    url = f"{settings.WECHAT_URL.rstrip('/')}/cgi-bin/stable_token"
    try:
        told = calling.post(url, json=asked, timeout=settings.WECHAT_TIMEOUT_SECONDS).json()
        if told.get("access_token") and int(told["expires_in"]) > 0:
            return dict(told)
        raise NotSent(f"token {int(told['errcode'])}")
    except AnswerLost as error:
        # Of the token; the message has not been handed over yet.
        raise NotSent(str(error)) from None
    except (AttributeError, KeyError, TypeError, ValueError):
        raise NotSent("token not told") from None


def _held() -> str:
    return str(cache.get(_name("token")) or "")


@contextlib.contextmanager
def _alone() -> Iterator[None]:
    """One asks, the others wait for what it gets; where it died, they ask after all."""
    waited = threading.Event()
    is_mine = False
    for _ in range(int(_LOCK_SECONDS / _LOOK_SECONDS)):
        is_mine = cache.add(_name("lock"), 1, timeout=_LOCK_SECONDS)
        if is_mine:
            break
        waited.wait(_LOOK_SECONDS)
    try:
        yield
    finally:
        if is_mine:
            cache.delete(_name("lock"))


def _name(what: str) -> str:
    return f"wechat:{settings.WECHAT_APP_ID}:{what}"
