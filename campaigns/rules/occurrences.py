"""When a campaign's runs are due: by the clock on the wall of the shop's zone.

An hour that the clock leaves out is told by the offset before the gap (02:30 becomes 03:30), and
of an hour that it shows twice the first pass counts.
Source: RFC 5545, 3.3.5; docs/algorithms/entries.md.
"""

import calendar
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta, tzinfo

from campaigns.rules.entries import AtEntry, DateEntry, Entry, RecurringEntry, StateEntry

_DAY = timedelta(days=1)
# Between two occurrences lie at most 31 days; behind a gap at midnight one more is looked at.
_MOST_DAYS = 34


def next_after(entry: Entry, after: datetime, zone: tzinfo) -> datetime | None:
    """The first occurrence (UTC) later than `after`; None where none comes: it is over, begins by
    hand, or members come one by one."""
    if isinstance(entry, AtEntry):
        return entry.at.astimezone(UTC) if entry.at > after else None
    clock = _clock(entry)
    if clock is None:
        return None
    days = _days(entry, after.astimezone(zone).date() - _DAY, _DAY)
    return next((one for day in days if (one := instant(day, clock, zone)) > after), None)


def due(entry: Entry, last: datetime, at: datetime, zone: tzinfo) -> datetime | None:
    """The occurrence (UTC) that is due at `at`: the latest one in (last, at]. Those that were
    missed before it are left out, so that nothing comes in a flood."""
    if isinstance(entry, AtEntry):
        return entry.at.astimezone(UTC) if last < entry.at <= at else None
    clock = _clock(entry)
    if clock is None:
        return None
    days = _days(entry, at.astimezone(zone).date() + _DAY, -_DAY)
    latest = next((one for day in days if (one := instant(day, clock, zone)) <= at), None)
    return latest if latest is not None and latest > last else None


def missed(entry: Entry, last: datetime, upto: datetime, zone: tzinfo) -> list[datetime]:
    """Occurrences in (last, upto), the latest first and at most those of a month: what `due` left
    out."""
    clock = _clock(entry)
    if clock is None:
        return []
    days = _days(entry, upto.astimezone(zone).date() + _DAY, -_DAY)
    found = (instant(day, clock, zone) for day in days)
    return [one for one in found if last < one < upto]


def instant(day: date, clock: time, zone: tzinfo) -> datetime:
    """When the wall shows `clock` on that day, in UTC."""
    return datetime.combine(day, clock.replace(tzinfo=None, fold=0), zone).astimezone(UTC)


def _clock(entry: Entry) -> time | None:
    return entry.clock if isinstance(entry, RecurringEntry | DateEntry | StateEntry) else None


def _days(entry: Entry, first: date, step: timedelta) -> Iterator[date]:
    """Days on which it happens, from `first` on, or back from it; those of about a month."""
    days = (first + step * n for n in range(_MOST_DAYS + 1))
    return (day for day in days if _happens_on(entry, day))


def _happens_on(entry: Entry, day: date) -> bool:
    if not isinstance(entry, RecurringEntry):
        return True
    if entry.weekdays:
        return day.weekday() in entry.weekdays
    last = calendar.monthrange(day.year, day.month)[1]
    return any(min(one, last) == day.day for one in entry.month_days)
