"""Whether an order is what its quote promised. Pure; money in minor units.

Source: docs/algorithms/settlements.md, "Is it the order that was quoted?".
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Protocol


class OrderLine(Protocol):
    """A line of an order, as far as a quote says something of it."""

    @property
    def line_id(self) -> str: ...
    @property
    def sku(self) -> str: ...
    @property
    def quantity(self) -> Decimal: ...
    @property
    def net_amount(self) -> int: ...


@dataclass(frozen=True, slots=True)
class Differences:
    """What is not as promised: ids of lines in the order's order, then those that are missing;
    and the freight that was promised, where another was paid."""

    line_ids: tuple[str, ...] = ()
    shipping_amount: int | None = None

    def __bool__(self) -> bool:
        return bool(self.line_ids) or self.shipping_amount is not None


def compare(
    promise: Mapping[str, Any], lines: Sequence[OrderLine], shipping_amount: int
) -> Differences:
    """A line is as promised when product, quantity and net amount are. An order's line that the
    quote doesn't know, and one of the quote that the order lacks, are differences too."""
    promised = {row[0]: (row[1], Decimal(row[2]), row[5]) for row in promise["lines"]}
    differing = [
        line.line_id
        for line in lines
        if promised.pop(line.line_id, None) != (line.sku, line.quantity, line.net_amount)
    ]
    freight, off = promise["shipping"]
    due = freight - off
    return Differences((*differing, *promised), due if due != shipping_amount else None)
