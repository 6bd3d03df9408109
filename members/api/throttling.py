"""Rates per client, kept by one script in Redis, so that parallel requests can't slip through.

Source: the generic cell rate algorithm (ITU-T I.371, annex A): one number per key, the instant at
which the next request would come if they came evenly.
"""

import math
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import redis
import structlog
from django.conf import settings
from rest_framework.request import Request
from rest_framework.throttling import BaseThrottle

logger = structlog.get_logger(__name__)

_SCRIPT = """
local clock = redis.call('TIME')
local now = clock[1] * 1000000 + clock[2]
local interval = tonumber(ARGV[1])
local tolerance = tonumber(ARGV[2])
local due = tonumber(redis.call('GET', KEYS[1]) or now)
if due < now then due = now end
local early = due - tolerance - now
if early > 0 then return early end
due = due + interval
local lasts = math.ceil((due - now) / 1000) + 1
redis.call('SET', KEYS[1], string.format('%.0f', due), 'PX', lasts)
return 0
"""
_MICROSECONDS = 1_000_000
_TIMEOUT_SECONDS = 0.2
# While Redis is away, nobody is held up by asking it on every request.
_AWAY_SECONDS = 5.0


@dataclass(frozen=True)
class Rate:
    """Evenly `per_second`, and `burst` at once after a pause."""

    per_second: float
    burst: int


class _Server:
    """The connection of this process, and until when it is taken as away."""

    def __init__(self) -> None:
        self.script: Any = None
        self.away_until = 0.0

    def ask(self, key: str, arguments: Sequence[int]) -> int:
        if self.script is None:
            connection = redis.Redis.from_url(
                settings.REDIS_URL,
                socket_timeout=_TIMEOUT_SECONDS,
                socket_connect_timeout=_TIMEOUT_SECONDS,
            )
            self.script = connection.register_script(_SCRIPT)
        return int(self.script(keys=[key], args=arguments))


_server = _Server()


def wait(*, key: str, rate: Rate) -> float:
    """0 when the request may go on, else the seconds until the next one may.

    Without Redis everybody may: a rate protects the product, it is no condition of it.
    """
    if time.monotonic() < _server.away_until:
        return 0
    interval = round(_MICROSECONDS / rate.per_second)
    try:
        early = _server.ask(f"rate:{key}", [interval, interval * (rate.burst - 1)])
    except (redis.RedisError, OSError) as error:
        _server.away_until = time.monotonic() + _AWAY_SECONDS
        logger.warning("throttle_away", error=type(error).__name__)
        return 0
    return early / _MICROSECONDS


def client_rate() -> Rate:
    """The rate of every API client, by settings."""
    return Rate(per_second=settings.API_RATE_PER_SECOND, burst=settings.API_RATE_BURST)


def retry_after(seconds: float) -> str:
    """Whole seconds for the header `Retry-After`, rounded up."""
    return str(max(1, math.ceil(seconds)))


class ClientThrottle(BaseThrottle):
    """DRF's door to the rate of the client that calls."""

    def __init__(self) -> None:
        self._seconds: float | None = None

    def allow_request(self, request: Request, view: Any) -> bool:
        client_id = getattr(request.user, "id", None)
        if client_id is None:
            return True
        self._seconds = wait(key=f"client:{client_id}", rate=client_rate())
        return not self._seconds

    def wait(self) -> float | None:
        return self._seconds
