"""Which pieces make bundles: each part needs so many, a piece that fits several parts serves one.

Pieces that can all be placed at once are a matroid, so taking the dearest first, and moving
others between parts to make room, gives the dearest bundles.
Source: J. Edmonds, D. R. Fulkerson, Transversals and matroid partition, 1965.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction


@dataclass(frozen=True, slots=True)
class Heap:
    """Equal pieces of a line."""

    line: int
    count: int
    price: Fraction


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

    def place(self, line: int, seen: set[int]) -> bool:
        """Finds a place for a piece, moving others; False when there is none."""
        for part, fits in enumerate(self.fits):
            if part in seen or line not in fits:
                continue
            seen.add(part)
            if self.filled[part] < self.wanted[part] or self._moved(part, seen):
                self.placed[part][line] = self.placed[part].get(line, 0) + 1
                self.filled[part] += 1
                return True
        return False

    def _moved(self, part: int, seen: set[int]) -> bool:
        for line, count in list(self.placed[part].items()):
            if count and self.place(line, seen):
                self.placed[part][line] -= 1
                self.filled[part] -= 1
                return True
        return False


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
        for _ in range(heap.count):
            if not places.missing or not places.place(heap.line, set()):
                break
    return places
