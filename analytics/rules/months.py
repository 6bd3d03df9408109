"""Calendar months of a span of days."""

from collections.abc import Iterator
from datetime import date


def parts(starts: date, ends: date) -> Iterator[tuple[date, date]]:
    """`[starts, ends)` cut at the first of each month, in order."""
    while starts < ends:
        next_month = date(starts.year + starts.month // 12, starts.month % 12 + 1, 1)
        part_ends = min(next_month, ends)
        yield starts, part_ends
        starts = part_ends
