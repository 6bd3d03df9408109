"""Money by line: shares of a whole, parts of a hundred, prices of some pieces. To the cent."""

from collections.abc import Mapping, Sequence
from decimal import Decimal

Parts = list[tuple[int, int]]
WHOLE = 10_000


def spread(total: int, lines: Sequence[int], amounts: Sequence[int] | Mapping[int, int]) -> Parts:
    """`total`, at most all there is, over the lines by their amounts: the largest remainder,
    ties by line id. Source: docs/algorithms/quotes.md, "Shares of the lines"."""
    weights = [amounts[index] for index in lines]
    whole = sum(weights)
    if total >= whole:
        return [one for one in zip(lines, weights, strict=True) if one[1]]
    if total <= 0:
        return []
    shares = [divmod(total * weight, whole) for weight in weights]
    parts = [part for part, _ in shares]
    missing = total - sum(parts)
    if missing:
        remainders = [remainder for _, remainder in shares]
        # Sorting keeps the order of equals, also from the top.
        ranked = sorted(range(len(parts)), key=remainders.__getitem__, reverse=True)
        for number in ranked[:missing]:
            parts[number] += 1
    return [one for one in zip(lines, parts, strict=True) if one[1]]


def spread_over(total: int, amounts: Mapping[int, int]) -> Parts:
    """As `spread`, over the amounts by line."""
    return spread(total, list(amounts), amounts)


def off(amount: int, basis_points: int) -> int:
    """What a part of a hundred takes off: what remains is rounded half up, so that 8折 of 199.00
    is 159.20."""
    return amount - (amount * (WHOLE - basis_points) * 2 + WHOLE) // (2 * WHOLE)


def share(amount: int, pieces: int, quantity: Decimal) -> int:
    """What so many pieces of a line's quantity cost, half a cent up."""
    if pieces == quantity:
        return amount
    return int((amount * pieces * 2 + quantity) // (2 * quantity))


def total(parts: Sequence[tuple[int, int]]) -> int:
    return sum(part for _, part in parts)
