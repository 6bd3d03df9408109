"""Instants as channels write them: what no calendar and no database could keep is refused."""

from datetime import datetime, timedelta

# PostgreSQL reads no offset beyond it; the world's go from −12:00 to +14:00.
_MOST_OFFSET = timedelta(hours=15, minutes=59)
_YEARS = range(1900, 9000)


def check(at: datetime | None) -> None:
    """Raises: ValueError, with a text that says how to mend it."""
    if at is None:
        return
    offset = at.utcoffset()
    if offset is None or abs(offset) > _MOST_OFFSET:
        raise ValueError("an instant has an offset from -15:59 to +15:59")
    if at.year not in _YEARS:
        raise ValueError("an instant lies in the years 1900 to 8999")
