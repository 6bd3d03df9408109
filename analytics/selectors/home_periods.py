"""The days that the home page compares: the last thirty, and the thirty before."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from loyalty.rules import calendar

DAYS = 30


@dataclass(frozen=True)
class Periods:
    """`[previous_from, from_day)` and `[from_day, until_day)`; the as-of day is the last one."""

    as_of: date
    zone: ZoneInfo

    @classmethod
    def at(cls, at: datetime, zone: ZoneInfo) -> "Periods":
        return cls(as_of=calendar.local_day(at, zone), zone=zone)

    @property
    def until_day(self) -> date:
        return self.as_of + timedelta(days=1)

    @property
    def from_day(self) -> date:
        return self.until_day - timedelta(days=DAYS)

    @property
    def previous_from(self) -> date:
        return self.from_day - timedelta(days=DAYS)

    @property
    def days(self) -> list[date]:
        return [self.from_day + timedelta(days=number) for number in range(DAYS)]

    def instant(self, day: date) -> datetime:
        """When `day` begins in the programme's zone."""
        return calendar.start_of_day(day, self.zone)
