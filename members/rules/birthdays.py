"""When a birthday falls, and from when on it brings something.

Source: docs/algorithms/behaviors.md, "Birthdays".
"""

import calendar
from dataclasses import dataclass
from datetime import date, timedelta
from zoneinfo import ZoneInfo

_SHANGHAI = ZoneInfo("Asia/Shanghai")


@dataclass(frozen=True, slots=True)
class Policy:
    """A birthday must be known for `notice_days` before it counts; days are those of `zone`."""

    notice_days: int = 30
    zone: ZoneInfo = _SHANGHAI


@dataclass(frozen=True, slots=True)
class Told:
    """What was known of a birthday: the day, and from when on it counts (None: at once)."""

    birthday: date | None = None
    counts_from_on: date | None = None


def falls_on(birthday: date, year: int) -> date:
    """The day of the birthday in `year`; 29 February falls on the 28th in common years."""
    if birthday.month == 2 and birthday.day == 29 and not calendar.isleap(year):
        return date(year, 2, 28)
    return birthday.replace(year=year)


def is_birthday(told: Told, day: date) -> bool:
    """Whether `day` is a birthday that counts."""
    return _counts(told, day) and falls_on(told.birthday or day, day.year) == day


def is_birthday_month(told: Told, day: date) -> bool:
    """Whether `day` lies in the month of a birthday that counts."""
    return _counts(told, day) and told.birthday is not None and told.birthday.month == day.month


def _counts(told: Told, day: date) -> bool:
    if told.birthday is None:
        return False
    return told.counts_from_on is None or told.counts_from_on <= day


def counts_from(before: Told, birthday: date | None, *, day: date, policy: Policy) -> date | None:
    """From when on a birthday told on `day` counts; None: from now.

    A birthday counts in the first year in which it was known `notice_days` before it. Was another
    one known whose month has begun this year, then the new one counts from next year at the
    earliest, so that no calendar year has two. What was later before stays later: a chain of
    changes gains nothing, nor does taking the birthday away and telling it again.
    """
    if birthday is not None and _same_day(before.birthday, birthday):
        return before.counts_from_on
    dates = [before.counts_from_on, _after_notice(birthday, day, policy)]
    if before.birthday is not None and before.birthday.month <= day.month:
        dates.append(date(day.year + 1, 1, 1))
    return max((one for one in dates if one is not None), default=None)


def _same_day(old: date | None, new: date) -> bool:
    """Only the year of birth was mended."""
    return old is not None and (old.month, old.day) == (new.month, new.day)


def _after_notice(birthday: date | None, day: date, policy: Policy) -> date | None:
    """1 January of the first year whose birthday is far enough ahead; None: this year's is."""
    if birthday is None:
        return None
    known_for = day + timedelta(days=policy.notice_days)
    year = known_for.year
    if falls_on(birthday, year) < known_for:
        year += 1
    return None if year == day.year else date(year, 1, 1)
