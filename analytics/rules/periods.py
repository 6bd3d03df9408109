"""Periods by name, and what they are compared with. All days are included, both ends."""

import calendar
from dataclasses import dataclass
from datetime import date, timedelta

LAST_DAYS = {"last_7": 7, "last_30": 30, "last_90": 90}
# How many months a period of the calendar has, and how many such periods back it lies.
CALENDAR = {
    "this_month": (1, 0),
    "last_month": (1, 1),
    "this_quarter": (3, 0),
    "last_quarter": (3, 1),
    "this_year": (12, 0),
    "last_year": (12, 1),
}
CUSTOM = "custom"
_YEAR = 12


@dataclass(frozen=True)
class Days:
    """From one day to another, both included."""

    from_on: date
    to_on: date


def named(name: str, today: date) -> Days:
    """The days that a name means today; one that isn't over yet ends today.

    Raises: KeyError, for another name.
    """
    if name in LAST_DAYS:
        return Days(today - timedelta(days=LAST_DAYS[name] - 1), today)
    length, back = CALENDAR[name]
    begun = _month_start(today, (today.month - 1) % length + back * length)
    end = _month_end(_month_start(begun, 1 - length))
    return Days(begun, min(end, today))


def before(name: str, days: Days) -> Days:
    """The period before: that of the calendar, where it is one (1 to 22 November stands beside 1
    to 22 October, a whole month beside the whole month before); else as many days."""
    if name in CALENDAR:
        return _months_earlier(days, CALENDAR[name][0])
    length = (days.to_on - days.from_on).days + 1
    return Days(days.from_on - timedelta(days=length), days.from_on - timedelta(days=1))


def year_before(days: Days) -> Days:
    """The same days a year ago; 29 February becomes the 28th."""
    return _months_earlier(days, _YEAR)


def _months_earlier(days: Days, months: int) -> Days:
    return Days(_earlier(days.from_on, months), _last_earlier(days.to_on, months))


def _last_earlier(day: date, months: int) -> date:
    """The last day of a month stays the last one."""
    if day == _month_end(day):
        return _month_end(_month_start(day, months))
    return _earlier(day, months)


def _earlier(day: date, months: int) -> date:
    begun = _month_start(day, months)
    return begun.replace(day=min(day.day, _month_end(begun).day))


def _month_start(day: date, months_back: int) -> date:
    year, month = divmod(day.year * _YEAR + day.month - 1 - months_back, _YEAR)
    return date(year, month + 1, 1)


def _month_end(day: date) -> date:
    return day.replace(day=calendar.monthrange(day.year, day.month)[1])
