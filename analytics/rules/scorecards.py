"""How far targets are reached, and what a whole card comes to. Exact fractions throughout.

Source: docs/algorithms/scorecards.md.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction


@dataclass(frozen=True, kw_only=True)
class Goal:
    """What a measure should be; `weight` in per cent of the card."""

    target: Fraction
    weight: int
    is_lower_better: bool = False


def attained(goal: Goal, actual: Fraction | None) -> Fraction | None:
    """The part of the target that is reached, 0 to 1; None for a figure that can't be told.

    More than the target counts as the target: one figure can't make up for another. Of a figure
    that should be low, the part is target ÷ actual. Where the two don't lie on the same side of
    nought no part can be told: what isn't reached is nothing.
    """
    if actual is None:
        return None
    if actual == goal.target or (actual < goal.target) is goal.is_lower_better:
        return Fraction(1)
    if actual <= 0 or goal.target <= 0:
        return Fraction(0)
    return goal.target / actual if goal.is_lower_better else actual / goal.target


def score(parts: Iterable[tuple[Goal, Fraction | None]]) -> Fraction | None:
    """The attained parts by their weights, 0 to 1. Figures that can't be told are left out with
    their weights; None where none can be told."""
    told = [(goal.weight, part) for goal, part in parts if part is not None]
    whole = sum(weight for weight, _ in told)
    return sum((weight * part for weight, part in told), Fraction(0)) / whole if whole else None
