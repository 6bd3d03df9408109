"""What a member is worth a year: high, potential or basic.

Source: docs/algorithms/classes.md.
"""

from dataclasses import dataclass

CLASSES = ("high", "potential", "basic")


@dataclass(frozen=True, kw_only=True)
class Cuts:
    """Amounts in minor units; repeat orders are those after the first of the year."""

    high_amount: int = 1_000_000
    high_repeats: int = 5
    basic_amount: int = 300_000
    basic_repeats: int = 1


def repeats(orders_count: int) -> int:
    """The repeat orders among so many paid orders of 365 days."""
    return max(orders_count - 1, 0)


def value_class(*, net_amount: int, orders_count: int, cuts: Cuts) -> str:
    """One of `CLASSES`, of net sales and paid orders of the 365 days that end on the as-of day."""
    repeat_count = repeats(orders_count)
    if net_amount >= cuts.high_amount and repeat_count >= cuts.high_repeats:
        return "high"
    if net_amount < cuts.basic_amount and repeat_count <= cuts.basic_repeats:
        return "basic"
    return "potential"
