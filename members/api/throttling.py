"""Rates per client, kept by one script in Redis, so that parallel requests can't slip through.

Source: the generic cell rate algorithm (ITU-T I.371, annex A): one number per key, the instant at
which the next request would come if they came evenly.
"""

import math
import threading
import time
from dataclasses import dataclass
from typing import Any

import redis
import structlog
from django.conf import settings
from rest_framework.request import Request
from rest_framework.throttling import BaseThrottle

from members.errors import DomainError

logger = structlog.get_logger(__name__)

# ARGV: microseconds between two requests, how early one may be, how many are asked for.
_SCRIPT = """
local clock = redis.call('TIME')
local now = clock[1] * 1000000 + clock[2]
local interval = tonumber(ARGV[1])
local due = tonumber(redis.call('GET', KEYS[1]) or now)
if due < now then due = now end
due = due + interval * tonumber(ARGV[3])
local early = due - interval - tonumber(ARGV[2]) - now
if early > 0 then return early end
local lasts = math.ceil((due - now) / 1000) + 1
redis.call('SET', KEYS[1], string.format('%.0f', due), 'PX', lasts)
return 0
"""
_MICROSECONDS = 1_000_000
# While Redis is away, nobody is held up by asking it on every request.
_AWAY_SECONDS = 5.0
_LEASE_SECONDS = 1.0
_LEASES_PER_BURST = 200
_LEASES_AT_MOST = 2_000


class RatesUnavailable(DomainError):
    """This can't be done for the moment; try again in a little while."""

    code = "rates_unavailable"
    status = 503
    retry_after_seconds = 5


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

    def ask(self, key: str, rate: Rate, count: int) -> float:
        """0 when `count` requests may go on, else the seconds until so many may."""
        if self.script is None:
            connection = redis.Redis.from_url(
                settings.REDIS_URL,
                socket_timeout=settings.RATE_SERVER_TIMEOUT_SECONDS,
                socket_connect_timeout=settings.RATE_SERVER_TIMEOUT_SECONDS,
            )
            self.script = connection.register_script(_SCRIPT)
        interval = round(_MICROSECONDS / rate.per_second)
        arguments = [interval, interval * (rate.burst - 1), count]
        return int(self.script(keys=[f"rate:{key}"], args=arguments)) / _MICROSECONDS


class _Leases:
    """Requests that Redis has granted to this process and that have not come yet.

    Asking for each request costs a tenth of what an order does. A lease is counted when it is
    granted, so the rate holds; what is not used within a second is lost to the client.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._left: dict[str, tuple[int, float]] = {}

    def take(self, key: str) -> bool:
        """Whether a granted request was left."""
        with self._lock:
            left, until = self._left.get(key, (0, 0.0))
            if not left or time.monotonic() > until:
                return False
            self._left[key] = (left - 1, until)
            return True

    def put(self, key: str, count: int) -> None:
        with self._lock:
            if len(self._left) >= _LEASES_AT_MOST:
                self._left.clear()
            now = time.monotonic()
            left, until = self._left.get(key, (0, 0.0))
            # Two threads may have asked at once.
            self._left[key] = (count + (left if now <= until else 0), now + _LEASE_SECONDS)


_server = _Server()
_leases = _Leases()


def wait(*, key: str, rate: Rate) -> float:
    """0 when the request may go on, else the seconds until the next one may.

    Without Redis everybody may: a rate protects the product, it is no condition of it.
    """
    if time.monotonic() < _server.away_until:
        return 0
    lease = rate.burst // _LEASES_PER_BURST
    if lease > 1 and _leases.take(key):
        return 0
    try:
        if lease > 1 and not _server.ask(key, rate, lease):
            _leases.put(key, lease - 1)
            return 0
        return _server.ask(key, rate, 1)
    except (redis.RedisError, OSError) as error:
        _server.away_until = time.monotonic() + _AWAY_SECONDS
        logger.warning("throttle_away", error=type(error).__name__)
        return 0


def wait_surely(*, key: str, rate: Rate) -> float:
    """As `wait`, for what costs money each time: without Redis nobody may.

    Raises: RatesUnavailable.
    """
    if time.monotonic() < _server.away_until:
        raise RatesUnavailable
    try:
        return _server.ask(key, rate, 1)
    except (redis.RedisError, OSError) as error:
        _server.away_until = time.monotonic() + _AWAY_SECONDS
        logger.warning("throttle_away", error=type(error).__name__)
        raise RatesUnavailable from None


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
