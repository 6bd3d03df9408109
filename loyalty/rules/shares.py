"""Splits whole numbers so that the parts always sum to the whole."""

from collections.abc import Sequence


def split(total: int, weights: Sequence[int]) -> list[int]:
    """`total` shared by `weights` with the largest remainder; ties go to the first.

    Without any weight the first part takes all. Weights are not negative.
    Source: docs/algorithms/earning.md, "Shares".
    """
    if not weights:
        return []
    whole = sum(weights)
    if whole == 0:
        return [total] + [0] * (len(weights) - 1)
    if len(weights) == 1:
        return [total]
    parts = [total * weight // whole for weight in weights]
    missing = total - sum(parts)
    if missing:
        by_remainder = sorted(
            range(len(weights)), key=lambda index: -(total * weights[index] % whole)
        )
        for index in by_remainder[:missing]:
            parts[index] += 1
    return parts


def first(count: int, parts: Sequence[int]) -> list[int]:
    """How the first `count` of points that lie in `parts` (whole numbers) fall to them.

    The largest remainder by whole points at a time, so that no part ever shrinks as `count`
    grows, and all of it are exactly the parts: Webster's method of equal proportions of seats.
    Ties go to the first. Source: docs/algorithms/refunds.md, "Several lots".
    """
    whole = sum(parts)
    if whole <= 0 or count <= 0:
        return [0] * len(parts)
    if count >= whole:
        return list(parts)
    # Rounded shares are what the method gives for their sum; the few that are too many or too
    # few are those whose turn is nearest.
    taken = [(2 * count * part + whole) // (2 * whole) for part in parts]
    over = sum(taken) - count
    for _ in range(abs(over)):
        if over > 0:
            taken[_latest(taken, parts)] -= 1
        else:
            taken[_next(taken, parts)] += 1
    return taken


def _latest(taken: Sequence[int], parts: Sequence[int]) -> int:
    """Whose last point came latest: the smallest part per half-point; of equal ones the last."""
    found = -1
    for index, (have, part) in enumerate(zip(taken, parts, strict=True)):
        if have and (found < 0 or part * (2 * taken[found] - 1) <= parts[found] * (2 * have - 1)):
            found = index
    return found


def _next(taken: Sequence[int], parts: Sequence[int]) -> int:
    found = 0
    for index, (have, part) in enumerate(zip(taken, parts, strict=True)):
        if part * (2 * taken[found] + 1) > parts[found] * (2 * have + 1):
            found = index
    return found
