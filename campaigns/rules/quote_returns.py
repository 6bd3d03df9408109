"""How what comes back of a quoted order falls to its lines and to its offers, to the cent.

Pure; money in minor units. Source: docs/algorithms/settlements.md.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from loyalty.rules import shares


@dataclass(frozen=True, slots=True)
class LeftLine:
    """What is left of a line before a refund: value that hasn't come back, and pieces."""

    line_id: str
    left_amount: int
    left_quantity: Decimal


@dataclass(frozen=True, slots=True)
class Back:
    """What came back of an order so far, this refund counted: value by line id, all goods, and
    what the goods of the order were worth. `is_full`: no goods are left."""

    line_amounts: Mapping[str, int]
    amount: int
    whole_amount: int
    is_full: bool


def owed(left_amount: int, rest_amount: int) -> int:
    """What is paid back when the rest of a cart costs `rest_amount` and `left_amount` of what
    was paid hasn't come back: never below zero, never more than is left."""
    return max(0, left_amount - max(0, rest_amount))


def spread(amount: int, lines: Sequence[LeftLine], returned: Sequence[str]) -> dict[str, int]:
    """`amount` by line id: of the lines that are returned first, by what is left of them, then
    of the others. Returned lines are named even where nothing of them is paid back."""
    own = [line for line in lines if line.line_id in returned]
    others = [line for line in lines if line.line_id not in returned]
    found: dict[str, int] = {}
    for group in (own, others):
        weights = [line.left_amount for line in group]
        part = min(amount, sum(weights))
        amount -= part
        for line, share in zip(group, shares.split(part, weights), strict=True):
            if share or group is own:
                found[line.line_id] = share
    return found


def of_offer(
    amount: int, line_amounts: Mapping[str, int], net_amounts: Mapping[str, int], back: Back
) -> int:
    """How much of what an offer took off is back, in all: of each line in proportion to what of
    that line is, rounded down; what lay on no line (freight) in proportion to the goods. At a
    full refund exactly all of it, so parts always sum to the whole."""
    if back.is_full:
        return amount
    found = 0
    on_lines = 0
    for line_id, part in line_amounts.items():
        on_lines += part
        net = net_amounts.get(line_id, 0)
        if net > 0:
            found += part * min(back.line_amounts.get(line_id, 0), net) // net
    rest = amount - on_lines
    if rest > 0 and back.whole_amount > 0:
        found += rest * min(back.amount, back.whole_amount) // back.whole_amount
    return min(found, amount)
