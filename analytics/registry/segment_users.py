"""Who uses a segment: whoever does registers here, so that it isn't archived under their feet.

Part of the second inversion point: filled in `apps.ready`.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from analytics.models import Segment


@dataclass(frozen=True)
class SegmentUser:
    """Something live that reads a segment: `kind` in words, its name, and the address of its page
    where it has one."""

    kind: Any
    name: str
    url: str = ""


# Gives the live users of one segment.
UsersOf = Callable[["Segment"], Sequence[SegmentUser]]
_sources: dict[str, UsersOf] = {}


def add(code: str, users_of: UsersOf) -> None:
    _sources[code] = users_of


def users_of(segment: "Segment") -> list[SegmentUser]:
    return [user for source in _sources.values() for user in source(segment)]
