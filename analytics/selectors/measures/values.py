"""What was measured, from its two parts."""

from fractions import Fraction

from analytics.registry.measures import Value
from analytics.rules import ratios


def count(number: int) -> Value:
    return Value(value=int(number))


def share(part: int, whole: int) -> Value:
    """In per cent, to one decimal."""
    return Value(value=ratios.percent(part, whole), numerator=int(part), denominator=int(whole))


def average(total: int | Fraction, number: int) -> Value:
    """A whole number; amounts stay minor units, times seconds."""
    return Value(
        value=ratios.each(total, number), numerator=ratios.told(total), denominator=int(number)
    )


def factor(part: int, whole: int) -> Value:
    """To two decimals."""
    return Value(value=ratios.factor(part, whole), numerator=int(part), denominator=int(whole))
