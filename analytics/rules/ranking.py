"""How well a figure tells two groups apart: the area under the ROC curve, by ranks.

Source: docs/algorithms/health.md.
"""

from collections.abc import Iterable
from decimal import Decimal
from fractions import Fraction


def area_under_curve(
    counts: Iterable[tuple[Decimal | int, int, int]],
) -> Fraction | None:
    """The chance that one who is positive has a greater figure than one who isn't; equals count
    half. `counts` are (figure, positives, negatives), any order; None if either group is empty.

    Source: Mann and Whitney's U, divided by the number of pairs.
    """
    positives = negatives = 0
    # Twice, so that halves stay whole numbers.
    twice = 0
    for _figure, positive, negative in sorted(counts):
        twice += positive * (2 * negatives + negative)
        positives += positive
        negatives += negative
    if not positives or not negatives:
        return None
    return Fraction(twice, 2 * positives * negatives)
