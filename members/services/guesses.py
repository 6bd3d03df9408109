"""Wrong codes are counted, so that nobody finds a right one by trying: codes of coupons, and of
whatever else is worth something to who knows it.

A try is counted before the code is looked up and given back when it was right: of any number of
tries at the same moment no more than the limit is answered. Each caller has counts of their own,
so that one who guesses holds up nobody else.
"""

import math
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import redis
import structlog
from django.conf import settings

from members.errors import DomainError

logger = structlog.get_logger(__name__)

# KEYS: counters. ARGV: the window in milliseconds, how many tries, the limit of each counter.
# The wait in milliseconds when a counter would be above its limit; then none is touched.
_TAKE = """
for place, key in ipairs(KEYS) do
    local tried = tonumber(redis.call('GET', key) or 0)
    if tried + ARGV[2] > tonumber(ARGV[2 + place]) and tried > 0 then
        return math.max(1, redis.call('PTTL', key))
    end
end
for _, key in ipairs(KEYS) do
    redis.call('INCRBY', key, ARGV[2])
    if redis.call('PTTL', key) < 0 then redis.call('PEXPIRE', key, ARGV[1]) end
end
return 0
"""
# KEYS: counters. ARGV: how many tries were right after all.
_GIVE_BACK = """
for _, key in ipairs(KEYS) do
    local tried = tonumber(redis.call('GET', key) or 0)
    if tried <= tonumber(ARGV[1]) then
        redis.call('DEL', key)
    else
        redis.call('DECRBY', key, ARGV[1])
    end
end
"""

# KEYS: counters that go.
_FORGET = "return redis.call('DEL', unpack(KEYS))"


class TooManyGuesses(DomainError):
    """Too many wrong codes; wait a little."""

    code = "too_many_guesses"
    status = 429

    def __init__(self, wait_seconds: float) -> None:
        super().__init__()
        self.retry_after_seconds = max(1, math.ceil(wait_seconds))


@dataclass(frozen=True)
class Guesser:
    """Who tries codes, and for whom: `caller` is the API client or the operator
    (`client:<id>`, `operator:<id>`), `subject` the member or the address that it tries for.
    Neither holds personal data: a member by id."""

    caller: str
    subject: str


class Trial:
    """Codes that are being tried: whoever looked them up says which were wrong."""

    def __init__(self) -> None:
        self.wrong_count = 0

    def wrong(self, count: int = 1) -> None:
        self.wrong_count += count


@contextmanager
def trying(*, guesser: Guesser, count: int = 1) -> Iterator[Trial]:
    """`count` codes are tried; those that are not called wrong are given back, also when an
    error ends the block.

    Without Redis anybody may try: the codes' length protects them too, and a count is no
    condition of a shop's business.

    Raises: TooManyGuesses, before any code was looked up.
    """
    limits = _limits(guesser)
    if count:
        wait = _run("take", limits, [_window_milliseconds(), count, *limits.values()])
        if wait:
            raise TooManyGuesses(wait / 1_000)
    trial = Trial()
    try:
        yield trial
    finally:
        right_count = count - trial.wrong_count
        if right_count > 0:
            _run("give_back", limits, [right_count])


def forget(*, guesser: Guesser) -> None:
    """Nothing tells any more that this guesser tried."""
    _run("forget", _limits(guesser), [])


def _limits(guesser: Guesser) -> dict[str, int]:
    """The counters, with how many wrong codes each bears within the window."""
    return {
        f"guess:{guesser.caller}": settings.GUESSES_PER_CALLER,
        f"guess:{guesser.caller}:{guesser.subject}": settings.GUESSES_PER_SUBJECT,
    }


def _window_milliseconds() -> int:
    return int(settings.GUESS_WINDOW_SECONDS) * 1_000


class _Server:
    """The connection of this process."""

    def __init__(self) -> None:
        self._scripts: dict[str, Any] = {}

    def run(self, name: str, keys: list[str], arguments: list[int]) -> int:
        if not self._scripts:
            connection = redis.Redis.from_url(
                settings.REDIS_URL,
                socket_timeout=settings.RATE_SERVER_TIMEOUT_SECONDS,
                socket_connect_timeout=settings.RATE_SERVER_TIMEOUT_SECONDS,
            )
            self._scripts = {
                "take": connection.register_script(_TAKE),
                "give_back": connection.register_script(_GIVE_BACK),
                "forget": connection.register_script(_FORGET),
            }
        return int(self._scripts[name](keys=keys, args=arguments) or 0)


_server = _Server()


def _run(name: str, limits: dict[str, int], arguments: list[int]) -> int:
    try:
        return _server.run(name, list(limits), arguments)
    except (redis.RedisError, OSError) as error:
        logger.warning("guesses_uncounted", error=type(error).__name__)
        return 0
