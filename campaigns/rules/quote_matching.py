"""Which pieces make bundles: each part needs so many, a piece that fits several parts serves one.

Pieces that can all be placed at once are a matroid, so taking the dearest first, and moving
others between parts to make room, gives the dearest bundles.
Source: J. Edmonds, D. R. Fulkerson, Transversals and matroid partition, 1965.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import NamedTuple


@dataclass(frozen=True, slots=True)
class Heap:
    """Equal pieces of a line."""

    line: int
    count: int
    price: Fraction


class _Move(NamedTuple):
    """Pieces of a line go into a part, out of the part before; None: they had no place."""

    line: int
    part: int
    before: int | None


class _Places:
    """The parts' places and what lies in them: `placed[part][line]` pieces."""

    def __init__(self, fits: Sequence[Sequence[int]], wanted: Sequence[int]) -> None:
        self.fits = [frozenset(lines) for lines in fits]
        self.wanted = wanted
        self.placed: list[dict[int, int]] = [{} for _ in wanted]
        self.filled = [0] * len(wanted)

    @property
    def missing(self) -> int:
        return sum(self.wanted) - sum(self.filled)

    def place(self, line: int, most: int) -> int:
        """Finds places for so many equal pieces, moving others; gives how many it found. As many
        at once as the way to a place allows: of bulk goods there are millions."""
        placed = 0
        while placed < most:
            way = self._way(line)
            if not way:
                break
            placed += self._moved(way, most - placed)
        return placed

    def _way(self, line: int) -> list[_Move]:
        """The shortest way to a free place, from its end: each piece goes into a part, from the
        part before. Empty: there is none."""
        came: dict[int, tuple[int, int | None]] = {
            part: (line, None) for part, fits in enumerate(self.fits) if line in fits
        }
        waiting = list(came)
        for part in waiting:
            if self.filled[part] < self.wanted[part]:
                return _way_back(came, part)
            for other, count in self.placed[part].items():
                for place, fits in enumerate(self.fits):
                    if count and place not in came and other in fits:
                        came[place] = (other, part)
                        waiting.append(place)
        return []

    def _moved(self, way: Sequence[_Move], most: int) -> int:
        last = way[0].part
        count = min(most, self.wanted[last] - self.filled[last])
        for move in way:
            if move.before is not None:
                count = min(count, self.placed[move.before][move.line])
        for move in way:
            placed = self.placed[move.part]
            placed[move.line] = placed.get(move.line, 0) + count
            if move.before is not None:
                self.placed[move.before][move.line] -= count
        self.filled[last] += count
        return count


def _way_back(came: Mapping[int, tuple[int, int | None]], last: int) -> list[_Move]:
    found: list[_Move] = []
    part: int | None = last
    while part is not None:
        line, before = came[part]
        found.append(_Move(line, part, before))
        part = before
    return found


def dearest(
    heaps: Sequence[Heap], fits: Sequence[Sequence[int]], wanted: Sequence[int]
) -> dict[int, int]:
    """How many pieces of each line fill all places; `heaps` are dearest first."""
    places = _filled(heaps, fits, wanted)
    found: dict[int, int] = {}
    for placed in places.placed:
        for line, count in placed.items():
            if count:
                found[line] = found.get(line, 0) + count
    return found


def most(heaps: Sequence[Heap], fits: Sequence[Sequence[int]], wanted: Sequence[int]) -> int:
    """How many bundles the pieces make."""
    pieces = sum(heap.count for heap in heaps)
    low, high = 0, pieces // max(sum(wanted), 1)
    while low < high:
        middle = (low + high + 1) // 2
        if missing(heaps, fits, [one * middle for one in wanted]):
            high = middle - 1
        else:
            low = middle
    return low


def missing(heaps: Sequence[Heap], fits: Sequence[Sequence[int]], wanted: Sequence[int]) -> int:
    """How many pieces are missing to fill all places."""
    return _filled(heaps, fits, wanted).missing


def _filled(heaps: Sequence[Heap], fits: Sequence[Sequence[int]], wanted: Sequence[int]) -> _Places:
    places = _Places(fits, wanted)
    for heap in heaps:
        places.place(heap.line, min(heap.count, places.missing))
    return places
