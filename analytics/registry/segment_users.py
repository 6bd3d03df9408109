"""Who uses a segment: whoever does registers here, so that it isn't archived under their feet, nor
rewritten unawares.

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
_binding: dict[str, UsersOf] = {}


def add(code: str, users_of: UsersOf) -> None:
    _sources[code] = users_of


def add_binding(code: str, bound_to: UsersOf) -> None:
    """Of what was approved for whom the segment means, also through others, and stops when it
    means others."""
    _binding[code] = bound_to


def bound_to(segment: "Segment") -> list[SegmentUser]:
    return [user for source in _binding.values() for user in source(segment)]


def users_of(segment: "Segment") -> list[SegmentUser]:
    return [user for source in _sources.values() for user in source(segment)]
