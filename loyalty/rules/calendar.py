"""Days and months as a programme counts them, and when points live."""

import calendar
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from zoneinfo import ZoneInfo


def local_day(at: datetime, zone: ZoneInfo) -> date:
    return at.astimezone(zone).date()


def start_of_day(day: date, zone: ZoneInfo) -> datetime:
    """The instant at which the local day begins, in UTC; also where a day has 23 hours."""
    return datetime.combine(day, time.min, zone).astimezone(UTC)


def last_day(ends_at: datetime, zone: tzinfo) -> date:
    """The last local day before an exclusive end: what ends on 1 May 00:00 holds through
    30 April."""
    return (ends_at - timedelta(microseconds=1)).astimezone(zone).date()


def add_months(day: date, months: int) -> date:
    """The same day of the month later or earlier; the last one where that month is shorter."""
    index = day.year * 12 + day.month - 1 + months
    year, month = divmod(index, 12)
    last = calendar.monthrange(year, month + 1)[1]
    return date(year, month + 1, min(day.day, last))


# Points that wait for their order's completion: so far away that nothing else activates them.
UNTIL_COMPLETED = datetime(9999, 12, 31, tzinfo=UTC)

_MONTHS_OF = {"MONTH": 1, "QUARTER": 3, "HALF_YEAR": 6, "YEAR": 12}


@dataclass(frozen=True)
class Validity:
    """How long points live from activation: `kind` NEVER, DAYS, MONTHS or FIXED_DATES.

    `rounding` NONE, MONTH, QUARTER, HALF_YEAR or YEAR lengthens days and months to the end of
    that part of the year. `dates` are last days as (month, day); 29 February means the last day
    of February.
    """

    kind: str
    count: int = 0
    rounding: str = "NONE"
    dates: tuple[tuple[int, int], ...] = ()


@dataclass(frozen=True)
class Life:
    """When points become usable, and the first instant at which they are gone; None: never."""

    activates_at: datetime
    expires_at: datetime | None


def life(
    earned_at: datetime,
    validity: Validity,
    zone: ZoneInfo,
    *,
    pending_days: int = 0,
    pending_until: str = "DAYS",
) -> Life:
    """The life of points earned at `earned_at`. Those that wait for their order's completion
    have no end yet: their validity runs from the completion.

    Source: docs/algorithms/expiry.md.
    """
    if pending_until == "COMPLETION":
        return Life(UNTIL_COMPLETED, None)
    activates_at = activation(earned_at, pending_days, zone)
    return Life(activates_at, expiry(activates_at, validity, zone))


def activation(occurred_at: datetime, pending_days: int, zone: ZoneInfo) -> datetime:
    """When points become usable: at once, or at the start of local day (date + n)."""
    if pending_days == 0:
        return occurred_at
    return start_of_day(local_day(occurred_at, zone) + timedelta(days=pending_days), zone)


def expiry(activates_at: datetime, validity: Validity, zone: ZoneInfo) -> datetime | None:
    """The first instant at which points are gone: they live through the end of their last local
    day. None: never.

    Source: docs/algorithms/expiry.md.
    """
    last = last_day_of_life(local_day(activates_at, zone), validity)
    return None if last is None else start_of_day(last + timedelta(days=1), zone)


def last_day_of_life(day: date, validity: Validity) -> date | None:
    """The last day of points that become usable on `day`; None: they have none."""
    if validity.kind == "FIXED_DATES":
        return _next_fixed(day, validity.dates)
    if validity.kind == "DAYS":
        return end_of_part(day + timedelta(days=validity.count), validity.rounding)
    if validity.kind == "MONTHS":
        return end_of_part(add_months(day, validity.count), validity.rounding)
    return None


def end_of_part(day: date, rounding: str) -> date:
    """The last day of the month, quarter, half-year or year that `day` lies in."""
    months = _MONTHS_OF.get(rounding)
    if months is None:
        return day
    last_month = -(-day.month // months) * months
    return date(day.year, last_month, calendar.monthrange(day.year, last_month)[1])


def _next_fixed(day: date, dates: tuple[tuple[int, int], ...]) -> date | None:
    """The first of the yearly dates that lies on or after `day`."""
    ahead = [
        one
        for year in (day.year, day.year + 1)
        for month, number in dates
        if (one := _in_year(year, month, number)) >= day
    ]
    return min(ahead, default=None)


def _in_year(year: int, month: int, number: int) -> date:
    last = calendar.monthrange(year, month)[1]
    return date(year, month, last if (month, number) == (2, 29) else min(number, last))
