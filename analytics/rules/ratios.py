"""Ratios of exact numbers: fractions until the last step, which rounds half up, once."""

from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

_TENTH = Decimal("0.1")
_HUNDREDTH = Decimal("0.01")


def percent(part: int | Fraction, whole: int | Fraction) -> Decimal | None:
    """`part` of `whole` in per cent, to one decimal; None without a whole. Below zero it rounds
    away from zero, as above: `percent(-1, 8)` is −12.5."""
    return None if whole <= 0 else _rounded(100 * Fraction(part) / Fraction(whole), _TENTH)


def each(total: int | Fraction, count: int) -> int | None:
    """How much of `total` falls to each, a whole number; None where there is nobody."""
    return None if count <= 0 else int(_rounded(Fraction(total) / count, Decimal(1)))


def factor(part: int | Fraction, whole: int | Fraction) -> Decimal | None:
    """`part` ÷ `whole` to two decimals; None without a whole."""
    return None if whole <= 0 else _rounded(Fraction(part) / Fraction(whole), _HUNDREDTH)


def told(amount: int | Fraction) -> int | Decimal:
    """A sum of shares as it is told: whole where it is, else to two decimals."""
    fraction = Fraction(amount)
    return int(fraction) if fraction.denominator == 1 else _rounded(fraction, _HUNDREDTH)


def _rounded(value: Fraction, step: Decimal) -> Decimal:
    # In whole numbers of steps, half up: a division of decimals would round twice.
    steps = abs(value) / Fraction(step)
    number = int(steps + Fraction(1, 2))
    signed = Decimal(number) * step * (-1 if value < 0 else 1)
    return signed.quantize(step, ROUND_HALF_UP)
