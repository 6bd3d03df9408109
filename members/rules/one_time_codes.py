"""One-time codes: how long they live, how often they may be tried and sent. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

DIGITS = 6
LIFE = timedelta(minutes=5)
# The sixth try fails even if it is right; the database refuses to count further.
TRIES = 5
_NOW = timedelta(0)


@dataclass(frozen=True)
class Limit:
    """At most `count` codes to one phone `within` any such time."""

    count: int
    within: timedelta


def wait(*, sent_at: Sequence[datetime], limits: Iterable[Limit], at: datetime) -> timedelta:
    """Zero when another code may be sent, else how long until one may.

    `sent_at` are the instants of earlier codes, newest first. Half-open: a code of exactly an
    hour ago doesn't count for the hour any more.
    """
    longest = _NOW
    for limit in limits:
        if limit.count <= 0:
            longest = max(longest, limit.within)
        elif len(sent_at) >= limit.count:
            longest = max(longest, sent_at[limit.count - 1] + limit.within - at)
    return longest


def is_well_formed(code: str) -> bool:
    """Whether a text could be a code at all."""
    return len(code) == DIGITS and code.isascii() and code.isdigit()
