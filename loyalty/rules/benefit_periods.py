"""The periods for which quotas of benefits count, on the programme's calendar."""

import calendar
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from loyalty.rules.calendar import start_of_day

# The one period of a quota that counts in all.
IN_ALL = date(1, 1, 1)


@dataclass(frozen=True)
class Period:
    """`[start, until)` on the programme's calendar; without an end for a quota in all."""

    start: date
    until: date | None

    def has(self, day: date) -> bool:
        return self.start <= day and (self.until is None or day < self.until)

    def ends_at(self, zone: ZoneInfo) -> datetime | None:
        return None if self.until is None else start_of_day(self.until, zone)


_MONTHS = {"MONTH": 1, "QUARTER": 3, "YEAR": 12}


def period_of(day: date, every: str) -> Period:
    """The period that a day lies in; weeks begin on Monday."""
    if every == "NEVER":
        return Period(IN_ALL, None)
    if every == "DAY":
        return Period(day, day + timedelta(days=1))
    if every == "WEEK":
        start = day - timedelta(days=day.weekday())
        return Period(start, start + timedelta(days=7))
    months = _MONTHS[every]
    first = (day.month - 1) // months * months + 1
    last = first + months - 1
    ends = date(day.year, last, calendar.monthrange(day.year, last)[1])
    return Period(date(day.year, first, 1), ends + timedelta(days=1))
