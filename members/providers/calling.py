"""Calls of providers by HTTPS: what an error says about whether the message was taken."""

import functools
from collections.abc import Sequence
from typing import Any
from urllib.parse import urlsplit

import httpx2
from django.conf import settings

from members.providers.contract import AnswerLost, NotSent

_LOCAL = ("127.0.0.1", "localhost")


def post(url: str, *, timeout: float, **told: Any) -> httpx2.Response:
    """The provider's answer to a POST; `told` is what httpx takes (content, json, data, auth …).

    Raises: NotSent, where nobody was reached; AnswerLost, which leaves it open.
    """
    limits = httpx2.Timeout(timeout, connect=timeout / 2)
    try:
        return _client().post(url, timeout=limits, **told)
    except (httpx2.ConnectError, httpx2.ConnectTimeout, httpx2.PoolTimeout) as error:
        raise NotSent(type(error).__name__) from None
    except httpx2.HTTPError as error:
        # Its text may hold the request.
        raise AnswerLost(type(error).__name__) from None


def missing(names: Sequence[str], *, url: str) -> list[str]:
    """Those settings of `names` that are empty; that of the address also where it has no TLS."""
    found = [name for name in names if not getattr(settings, name)]
    address = urlsplit(getattr(settings, url))
    if url not in found and address.scheme != "https" and address.hostname not in _LOCAL:
        found.append(url)
    return found


@functools.cache
def _client() -> httpx2.Client:
    """One for all threads, since making one costs more than a call. No line is used twice: one that
    the other side closed meanwhile would leave it open whether a message was taken."""
    return httpx2.Client(
        trust_env=False,
        follow_redirects=False,
        limits=httpx2.Limits(max_connections=100, max_keepalive_connections=0),
    )
