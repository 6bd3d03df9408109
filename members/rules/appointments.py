"""When a store has a place, when to remind, and which state follows which.

Source: docs/algorithms/appointments.md. Periods are half-open.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

BOOKED, ARRIVED, DONE, NO_SHOW, CANCELED = "BOOKED", "ARRIVED", "DONE", "NO_SHOW", "CANCELED"
# These take a place.
TAKING = (BOOKED, ARRIVED)
# Who was marked by mistake is marked again; done and canceled are the end.
NEXT: Mapping[str, frozenset[str]] = {
    BOOKED: frozenset({ARRIVED, DONE, NO_SHOW, CANCELED}),
    ARRIVED: frozenset({DONE, NO_SHOW}),
    NO_SHOW: frozenset({ARRIVED, DONE, CANCELED}),
    DONE: frozenset(),
    CANCELED: frozenset(),
}
CLOSED = frozenset({DONE, NO_SHOW, CANCELED})

MOST_AHEAD = timedelta(days=366)


@dataclass(frozen=True)
class Span:
    """Half-open [starts_at, ends_at)."""

    starts_at: datetime
    ends_at: datetime

    def overlaps(self, other: "Span") -> bool:
        return self.starts_at < other.ends_at and other.starts_at < self.ends_at


def most_at_once(span: Span, others: Iterable[Span]) -> int:
    """How many of `others` there are at the fullest instant of `span`."""
    steps = []
    for other in others:
        if span.overlaps(other):
            steps.append((max(other.starts_at, span.starts_at), 1))
            steps.append((other.ends_at, -1))
    count = most = 0
    # At one instant, who goes leaves before who comes.
    for _at, step in sorted(steps):
        count += step
        most = max(most, count)
    return most


def has_place(span: Span, others: Iterable[Span], places: int) -> bool:
    return most_at_once(span, others) < places


def may_follow(state: str, wanted: str, *, starts_at: datetime, occurred_at: datetime) -> bool:
    """Nobody is late before the time has come; and who was counted as missing may have canceled
    in time, of which we heard late."""
    if wanted not in NEXT[state]:
        return False
    if wanted == NO_SHOW:
        return occurred_at >= starts_at
    if state == NO_SHOW and wanted == CANCELED:
        return occurred_at < starts_at
    return True


def reminder_is_due(starts_at: datetime, *, hours_before: int, at: datetime) -> bool:
    """From so many hours before until it begins; 0 hours: never."""
    return bool(hours_before) and starts_at - timedelta(hours=hours_before) <= at < starts_at
