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
