"""What a breach obliges to, and how much time is left.

Pure: no clock, no database. Source: docs/privacy-registers.md, "Breaches".
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

LONGEST_HOURS = 24 * 365


@dataclass(frozen=True)
class Clock:
    """One duty of a severity, and its hours from the discovery."""

    kind: str
    hours: int


@dataclass(frozen=True)
class Duty:
    kind: str
    hours: int
    due_at: datetime


def duties(clocks: Iterable[Clock], *, discovered_at: datetime) -> list[Duty]:
    """The duties, the first due first. Hours are hours: they run through nights and holidays."""
    made = [
        Duty(clock.kind, clock.hours, discovered_at + timedelta(hours=clock.hours))
        for clock in clocks
    ]
    return sorted(made, key=lambda duty: (duty.due_at, duty.kind))


def is_overdue(due_at: datetime, done_at: datetime | None, *, at: datetime) -> bool:
    """Whether it was done too late, or isn't done and the time is up. Done at the last instant
    is in time."""
    return done_at > due_at if done_at is not None else at > due_at


def left(due_at: datetime, *, at: datetime) -> tuple[bool, int, int]:
    """(is late, hours, minutes) between now and the end, rounded down towards it."""
    is_late = at > due_at
    minutes = int(abs(due_at - at).total_seconds()) // 60
    return is_late, minutes // 60, minutes % 60
