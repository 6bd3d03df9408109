"""The health of the relation to a member, from 0 to 100, of five scores from 1 to 5.

Source: docs/algorithms/health.md.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

PARTS = ("r", "f", "m", "engagement", "service")
CLASSES = ("fine", "low")
HIGHEST = 5
_HUNDREDTH = Decimal("0.01")
# What one answer weighs, so that both scales meet in whole numbers: 1 of 5 is 10, 5 of 5 is 50.
SCALE = 10


@dataclass(frozen=True, kw_only=True)
class Weights:
    """Percent, 100 together; below `warning` a member's health is low."""

    r: int = 30
    f: int = 25
    m: int = 20
    engagement: int = 15
    service: int = 10
    warning: int = 30


def health(scores: Mapping[str, int | None], weights: Weights) -> Decimal | None:
    """`100·Σ weight·(score − 1)/4`, over the parts that are known, to two decimals, half up.

    A part that is None is left out and the others' weights make up the whole. None for nobody
    known, or where all that is known weighs nothing.
    """
    known = {part: value for part in PARTS if (value := scores.get(part)) is not None}
    whole = sum(getattr(weights, part) for part in known)
    if not whole:
        return None
    reached = sum(getattr(weights, part) * (value - 1) for part, value in known.items())
    exact = Decimal(100 * reached) / Decimal(4 * whole)
    return exact.quantize(_HUNDREDTH, ROUND_HALF_UP)


def health_class(value: Decimal | None, weights: Weights) -> str:
    """`low` below the warning, `fine` from it on; "" without a health."""
    if value is None:
        return ""
    return "low" if value < weights.warning else "fine"


def engagement_score(active_days_count: int, cuts: Sequence[int]) -> int:
    """1 to 5: one more with each of four ascending cuts that so many active days reach."""
    return 1 + sum(active_days_count >= cut for cut in cuts)


def answer_weight(kind: str, score: int) -> int:
    """One answer in tenths of a point of the scale from 1 to 5: `SATISFACTION` is 1–5, `NPS`
    0–10, the ends of which are 1 and 5; a `COMPLAINT` that nobody rated is 1."""
    if kind == "COMPLAINT":
        return SCALE
    return SCALE + 4 * score if kind == "NPS" else SCALE * score


def service_score(weights: Iterable[int]) -> int | None:
    """The mean of the answers, rounded half up to a whole score; None without any."""
    found = list(weights)
    if not found:
        return None
    return int(Fraction(sum(found), SCALE * len(found)) + Fraction(1, 2))
