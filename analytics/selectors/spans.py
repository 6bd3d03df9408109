"""The instants at which days begin and end in the programme's zone."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from analytics.selectors import asking
from analytics.selectors.filters import Filters, Period
from loyalty.rules import calendar
from loyalty.services import programs

# What MAU, the trend and the default period look back on.
MONTH_DAYS = 30


def terms() -> programs.Terms:
    """The programme in force; asked once for a page."""
    return asking.once("terms", programs.current)


def zone() -> ZoneInfo:
    """Where the programme counts its days."""
    return terms().zone


def earlier(day: date, days: int) -> date:
    return day - timedelta(days=days)


def begins_at(day: date) -> datetime:
    """When `day` begins where the programme counts its days."""
    return calendar.start_of_day(day, zone())


def of(filters: Filters) -> dict[str, datetime]:
    """`from_at`, inclusive, and `until_at`, exclusive: the period's ends, as parameters."""
    return {
        "from_at": begins_at(filters.period.from_on),
        "until_at": begins_at(filters.period.until_on),
    }


def last_days(as_of: date, count: int) -> Period:
    """So many days, of which `as_of` is the last."""
    return Period(from_on=as_of - timedelta(days=count - 1), to_on=as_of)
