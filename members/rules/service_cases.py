"""The life of a service case: how messages move its state, and what the first-response clock says.

Facts may come in any order: what is older than what is known changes nothing but the past.
Source: docs/service.md.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

OPEN, ANSWERED, WAITING, RESOLVED = "OPEN", "ANSWERED", "WAITING", "RESOLVED"
# A channel's clock may be ahead of ours by so much, as with orders.
AHEAD = timedelta(minutes=5)


@dataclass(frozen=True)
class Clock:
    """Seconds until the first answer is due; below zero, overdue by so much."""

    seconds_left: int

    @property
    def is_overdue(self) -> bool:
        return self.seconds_left < 0


def due_at(*, opened_at: datetime, minutes: int) -> datetime:
    """When the first answer is due."""
    return opened_at + timedelta(minutes=minutes)


def clock(*, due: datetime, at: datetime) -> Clock:
    """The clock at `at`. Exactly at the due instant nothing is overdue yet."""
    return Clock(int((due - at).total_seconds() // 1))


def first_response(*, known: datetime | None, answered_at: datetime) -> datetime:
    """The earlier of the two: an answer that is told late moves it earlier, never later."""
    return answered_at if known is None else min(known, answered_at)


def is_too_far_ahead(when: datetime, *, at: datetime) -> bool:
    return when > at + AHEAD


def after_answer(state: str, *, answered_at: datetime, member_spoke_at: datetime | None) -> str:
    """The state once the house wrote: answered, if it was open and the member has not written
    since. `member_spoke_at` is their newest word."""
    is_newest = member_spoke_at is None or member_spoke_at <= answered_at
    return ANSWERED if state == OPEN and is_newest else state


def after_word(
    state: str,
    *,
    spoken_at: datetime,
    house_spoke_at: datetime | None,
    resolved_at: datetime | None,
) -> str:
    """The state once the member wrote: open, unless the house wrote or resolved it since."""
    if state == RESOLVED:
        return RESOLVED if resolved_at is None or spoken_at <= resolved_at else OPEN
    is_newest = house_spoke_at is None or house_spoke_at < spoken_at
    return OPEN if is_newest else state
