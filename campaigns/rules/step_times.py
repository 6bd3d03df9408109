"""Until when a step waits by the clock on the wall."""

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo


def until(*, at: datetime, clock: time, on: date | None, zone: ZoneInfo) -> datetime | None:
    """The next instant at which the wall shows `clock`: today, else tomorrow; or on the day `on`.
    None where it is that instant now, or `on` is over. A clock that a night skips is the instant
    behind the gap."""
    local = at.astimezone(zone)
    if on is not None:
        chosen = datetime.combine(on, clock, zone)
        return chosen if chosen > at else None
    today = datetime.combine(local.date(), clock, zone)
    if today == at:
        return None
    return today if today > at else datetime.combine(local.date() + timedelta(days=1), clock, zone)
