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


@dataclass(frozen=True)
class Validity:
    """How long points live from activation: `kind` NEVER, DAYS or MONTHS, and how many."""

    kind: str
    count: int = 0


def activation(occurred_at: datetime, pending_days: int, zone: ZoneInfo) -> datetime:
    """When points become usable: at once, or at the start of local day (date + n)."""
    if pending_days == 0:
        return occurred_at
    return start_of_day(local_day(occurred_at, zone) + timedelta(days=pending_days), zone)


def expiry(activates_at: datetime, validity: Validity, zone: ZoneInfo) -> datetime | None:
    """The first instant at which points are gone: they live through the end of the local day
    that lies n days or months after activation. None: never.

    Source: docs/algorithms/expiry.md.
    """
    if validity.kind == "NEVER":
        return None
    day = local_day(activates_at, zone)
    if validity.kind == "DAYS":
        last = day + timedelta(days=validity.count)
    else:
        last = add_months(day, validity.count)
    return start_of_day(last + timedelta(days=1), zone)
