"""The stage of a member's life with the shop.

Source: docs/algorithms/life-cycle.md.
"""

import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

STAGES = ("acquisition", "growth", "maturity", "decline", "lost")


@dataclass(frozen=True, kw_only=True)
class Cuts:
    """Days are whole days; a gap of one's own takes `gap_from_days_count` purchase days."""

    lost_days: int = 180
    decline_days: int = 90
    mature_orders_count: int = 5
    gap_factor: int = 3
    gap_floor_days: int = 7
    gap_from_days_count: int = 3


@dataclass(frozen=True, kw_only=True)
class Buying:
    """What the stage is judged by. `recency_days` is None without a paid order; `gap_days` is the
    median gap between purchase days, a half is possible."""

    recency_days: int | None
    year_orders_count: int = 0
    purchase_days_count: int = 0
    gap_days: Fraction | None = None


def stage(buying: Buying, cuts: Cuts) -> str:
    """One of `STAGES`; the first that fits, in the order of the conditions below."""
    recency = buying.recency_days
    if recency is None:
        return "acquisition"
    if recency > cuts.lost_days:
        return "lost"
    if recency > cuts.decline_days or _is_overdue(recency, buying, cuts):
        return "decline"
    return "maturity" if buying.year_orders_count >= cuts.mature_orders_count else "growth"


def median_gap(days: Sequence[date]) -> Fraction | None:
    """The median of the days between purchase days that follow each other; None below two."""
    ordered = sorted(set(days))
    gaps = sorted((b - a).days for a, b in itertools.pairwise(ordered))
    if not gaps:
        return None
    middle = len(gaps) // 2
    return Fraction(gaps[middle] + gaps[-1 - middle], 2)


def _is_overdue(recency: int, buying: Buying, cuts: Cuts) -> bool:
    """Longer away than so many of the member's own gaps."""
    if buying.gap_days is None or buying.purchase_days_count < cuts.gap_from_days_count:
        return False
    return recency > cuts.gap_factor * max(buying.gap_days, Fraction(cuts.gap_floor_days))
