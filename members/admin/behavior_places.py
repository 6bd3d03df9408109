"""Where a page of behavior events begins, as it stands in an address."""

from datetime import UTC, datetime, timedelta

from members.selectors.behavior_events import Place

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def read(text: str) -> Place | None:
    """The place that `address` wrote; nonsense begins at the top."""
    micros, _dash, pk = text.partition("-")
    if not (_is_number(micros) and _is_number(pk)):
        return None
    try:
        occurred_at = _EPOCH + timedelta(microseconds=int(micros))
    except OverflowError:
        return None
    return Place(occurred_at, int(pk))


def address(place: Place | None) -> str:
    if place is None:
        return ""
    return f"{(place.occurred_at - _EPOCH) // timedelta(microseconds=1)}-{place.id}"


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) < 19
