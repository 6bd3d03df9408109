"""How many messages a member may get, by calendar days, weeks, months or rolling hours.

Source: docs/algorithms/gate.md, "Caps".
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

ROLLING = "ROLLING"


@dataclass(frozen=True, kw_only=True, slots=True)
class Cap:
    """At most `most` messages by `medium` (empty: by all together) in each `window`: DAY, WEEK
    (from Monday), MONTH by the member's calendar, or ROLLING `hours`."""

    medium: str
    most: int
    window: str
    hours: int = 0


@dataclass(frozen=True, slots=True)
class Contact:
    """A message that went out."""

    medium: str
    at: datetime


def room_at(
    caps: Sequence[Cap],
    contacts: Sequence[Contact],
    *,
    medium: str,
    at: datetime,
    zone: ZoneInfo,
) -> datetime | None:
    """The instant (UTC) at which one more message by `medium` fits again; None: it fits now.

    A rolling window is (at − hours, at]: a message that went out exactly `hours` ago is over. One
    that went out behind `at`, since another sender's clock is ahead or its batch began later,
    counts as one of just now.
    """
    full = [
        until
        for cap in caps
        if cap.medium in ("", medium)
        and (until := _full_until(cap, contacts, at, zone)) is not None
    ]
    return max(full) if full else None


def reaches_back(caps: Sequence[Cap]) -> timedelta:
    """How far back contacts are needed."""
    spans = {"DAY": 2, "WEEK": 8, "MONTH": 32}
    return max(
        (
            timedelta(hours=cap.hours)
            if cap.window == ROLLING
            else timedelta(days=spans[cap.window])
            for cap in caps
        ),
        default=timedelta(0),
    )


def _full_until(
    cap: Cap, contacts: Sequence[Contact], at: datetime, zone: ZoneInfo
) -> datetime | None:
    mine = sorted(min(one.at, at) for one in contacts if cap.medium in ("", one.medium))
    if cap.window == ROLLING:
        span = timedelta(hours=cap.hours)
        counted = [one for one in mine if one > at - span]
        return counted[-cap.most] + span if len(counted) >= cap.most else None
    begins, ends = _calendar(cap.window, at, zone)
    counted = [one for one in mine if begins <= one < ends]
    return ends if len(counted) >= cap.most else None


def _calendar(window: str, at: datetime, zone: ZoneInfo) -> tuple[datetime, datetime]:
    """The day, week or month on the wall that holds `at`, as instants."""
    day = at.astimezone(zone).date()
    if window == "WEEK":
        first = day - timedelta(days=day.weekday())
        last = first + timedelta(days=7)
    elif window == "MONTH":
        first = day.replace(day=1)
        last = (first + timedelta(days=32)).replace(day=1)
    else:
        first, last = day, day + timedelta(days=1)
    begins, ends = (datetime.combine(one, time(), zone).astimezone(UTC) for one in (first, last))
    return begins, ends
