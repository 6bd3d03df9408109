"""Moving the year: whole weeks, by the clock on the shop's wall."""

from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from config.demo.journey import SHOP_ZONE

if TYPE_CHECKING:
    from config.demo.journey import Array

LAST_DAY = date(2017, 12, 31)
_WEEK = 7


def shift_days(*, today: date) -> int:
    """How many days forward, a multiple of 7, so that the year ends today or up to six days ago.

    Whole weeks keep the rhythm: a Saturday stays a Saturday.
    """
    return (today - LAST_DAY).days // _WEEK * _WEEK


def shift_days_past(*, today: date) -> int:
    """The same, but the year ends today or up to six days ahead, to be cut off now: then the
    last days have sales whatever the weekday."""
    return -(-(today - LAST_DAY).days // _WEEK) * _WEEK


def instants(seconds: "Array", *, days: int, zone: str) -> "Array":
    """UTC seconds on the shop's clock → UTC seconds, `days` later on the same clock in `zone`."""
    import numpy as np

    if days == 0 and zone == SHOP_ZONE:
        return seconds
    wall = seconds + _offsets(seconds, SHOP_ZONE) + days * 86_400
    # The wall's reading is not yet an instant: take it for one, and correct by its offset; where
    # that changes the offset itself (the night of a change of clocks), once more.
    guess = wall - _offsets(wall, zone)
    corrected: Array = np.asarray(wall - _offsets(guess, zone))
    return corrected


def _offsets(seconds: "Array", zone: str) -> "Array":
    """Seconds east of UTC at each instant. Offsets change on the hour, so ask once per hour."""
    import numpy as np

    hours, place = np.unique(seconds // 3_600, return_inverse=True)
    place_of_zone = ZoneInfo(zone)
    found = [
        (
            datetime.fromtimestamp(int(hour) * 3_600, place_of_zone).utcoffset() or timedelta()
        ).total_seconds()
        for hour in hours
    ]
    return np.array(found, dtype=np.int64)[place]


def moment(seconds: int, zone: ZoneInfo) -> datetime:
    return datetime.fromtimestamp(seconds, UTC).astimezone(zone)
