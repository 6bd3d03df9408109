"""A figure beside the one before it."""

from decimal import ROUND_HALF_UP, Decimal

_TENTH = Decimal("0.1")


def change_percent(now: int, before: int) -> Decimal | None:
    """By how many per cent `now` is above `before`, to one decimal, half up; None without a base.

    `change_percent(120, 90)` is 33.3, `change_percent(0, 90)` is −100.0.
    """
    return share_percent(now - before, before)


def share_percent(part: int, whole: int) -> Decimal | None:
    """`part` of `whole` in per cent, to one decimal, half up; None if there is no whole."""
    if whole <= 0:
        return None
    return (Decimal(100 * part) / whole).quantize(_TENTH, ROUND_HALF_UP)
