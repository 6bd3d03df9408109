"""What apps show of two cards that are to be merged, and how they say why a merge stays.

Part of the second inversion point: filled in `apps.ready`.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any


@dataclass(frozen=True)
class Line:
    """One fact of a card, in words. Lines with the same label stand beside each other."""

    label: Any
    text: Any


@dataclass(frozen=True, kw_only=True)
class Section:
    """Facts of one app: `lines(member_ids, at)` gives them by member id, in order."""

    code: str
    title: Any
    lines: Callable[[Collection[int], datetime], Mapping[int, Sequence[Line]]]
    order: int


SECTIONS: dict[str, Section] = {}
OBSTACLES: dict[str, Any] = {}


def add_section(section: Section) -> None:
    SECTIONS[section.code] = section


def add_obstacle(code: str, words: Any) -> None:
    """`words` say why a merge can't be taken back, for a code of a step's `obstacle`."""
    OBSTACLES[code] = words


def sections() -> list[Section]:
    return sorted(SECTIONS.values(), key=lambda section: section.order)


def obstacle(code: str) -> Any:
    """The words of a code; an unknown one as it is, so that nothing is hidden."""
    return OBSTACLES.get(code, code)
