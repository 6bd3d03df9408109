"""Working days: Monday to Friday, but for holidays and for weekends that are worked.

Source: the State Council's notice on the arrangement of holidays of a year (调休); Regulation
1182/71 (EEC, Euratom) counts likewise from the day after.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta

DAYS = "DAYS"
WORKING_DAYS = "WORKING_DAYS"
# A calendar in which so many days in a row aren't worked is a mistake, not a holiday.
MOST_IDLE_DAYS = 60
_SATURDAY = 5
_DAY = timedelta(days=1)


class NoWorkingDay(ValueError):
    """The calendar has no working day within two months: the count would never end."""


@dataclass(frozen=True)
class Calendar:
    """Days that are not as their weekday says."""

    holidays: frozenset[date] = field(default_factory=frozenset)
    worked: frozenset[date] = field(default_factory=frozenset)

    def is_working(self, day: date) -> bool:
        if day in self.worked:
            return True
        return day.weekday() < _SATURDAY and day not in self.holidays

    def knows(self, year: int) -> bool:
        """Whether anything is entered for that year; without, only weekends are free."""
        return any(day.year == year for day in self.holidays | self.worked)


@dataclass(frozen=True)
class Clock:
    """How long something may take: `count` days of `unit` (DAYS or WORKING_DAYS)."""

    count: int
    unit: str

    def __str__(self) -> str:
        return f"{self.count} {'wd' if self.unit == WORKING_DAYS else 'd'}"


def clock_of(text: str) -> Clock:
    """The clock that `str(clock)` wrote: `15 wd`, `30 d`."""
    count, _, unit = text.partition(" ")
    return Clock(int(count), WORKING_DAYS if unit == "wd" else DAYS)


def due_on(received_on: date, clock: Clock, calendar: Calendar) -> date:
    """The last day on which an answer is in time. The day of receipt doesn't count.

    Raises: NoWorkingDay.
    """
    if clock.unit == DAYS:
        return received_on + timedelta(days=clock.count)
    day = received_on
    for _ in range(clock.count):
        day = next_working(day, calendar)
    return day


def next_working(day: date, calendar: Calendar) -> date:
    """The first working day after `day`.

    Raises: NoWorkingDay.
    """
    for following in _after(day):
        if calendar.is_working(following):
            return following
    raise NoWorkingDay(f"no working day within {MOST_IDLE_DAYS} days after {day}")


def days_left(today: date, due: date, unit: str, calendar: Calendar) -> int:
    """Days from today up to the due day, of the clock's unit: 0 on the last day, below zero when
    it is over (then calendar days, whatever the unit)."""
    if today > due or unit == DAYS:
        return (due - today).days
    return sum(
        calendar.is_working(today + timedelta(days=ahead))
        for ahead in range(1, (due - today).days + 1)
    )


def _after(day: date) -> Iterator[date]:
    for _ in range(MOST_IDLE_DAYS):
        day += _DAY
        yield day
