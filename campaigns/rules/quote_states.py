"""Where an evaluation stands between two discounts, and what one of them takes."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from campaigns.rules.quote_allocation import Parts
from campaigns.rules.quote_shapes import Gift
from campaigns.rules.quote_tables import Table

# What has no price counts after any cent: a gift of unknown worth, points multiplied.
CENT = 1_000_000
_GIFT = 1_000


@dataclass(slots=True, eq=False)
class State:
    """Running amounts by line. `after_items` are those that order offers' thresholds are taken
    on, `before_coupons` those of coupons. `free` is what no bundle has used of a line: amount
    and quantity; lines that none has touched aren't in it."""

    table: Table
    amounts: list[int]
    after_items: list[int]
    before_coupons: list[int]
    shipping: int
    free: Mapping[int, tuple[int, Decimal]] = field(default_factory=dict)
    has_coupons: bool = False


@dataclass(slots=True, eq=False)
class Take:
    """What a discount takes off which line, what the margin guard kept of it, and what it gives.
    `used` is what is left of the lines that a bundle used."""

    lines: Parts = field(default_factory=list)
    cuts: Parts = field(default_factory=list)
    shipping: int = 0
    times: int = 1
    gifts: tuple[Gift, ...] = ()
    gift_value: int = 0
    multiplier: int = 100
    used: Mapping[int, tuple[int, Decimal]] | None = None

    @property
    def amount(self) -> int:
        """All that it takes off, freight included."""
        return sum(amount for _, amount in self.lines) + self.shipping

    @property
    def score(self) -> int:
        """What it is worth to the member: money first, then what has no price."""
        beyond = _GIFT * len(self.gifts) if self.gifts and not self.gift_value else 0
        return (self.amount + self.gift_value) * CENT + beyond + max(self.multiplier - 100, 0)


@dataclass(slots=True, eq=False)
class Miss:
    """Why it takes nothing, with figures."""

    reason: str
    figures: dict[str, Any] = field(default_factory=dict)


def begin(table: Table) -> State:
    """Before any discount."""
    gross = table.gross
    return State(table, gross, gross, gross, table.cart.shipping_amount)


def after(state: State, take: Take) -> State:
    """The state when a discount has taken its part."""
    amounts = state.amounts
    if take.lines:
        amounts = amounts.copy()
        for index, amount in take.lines:
            amounts[index] -= amount
    return State(
        state.table,
        amounts,
        state.after_items,
        state.before_coupons,
        state.shipping - take.shipping,
        state.free if take.used is None else {**state.free, **take.used},
        state.has_coupons,
    )


def with_coupons(state: State) -> State:
    """The state before the first coupon."""
    return State(
        state.table,
        state.amounts,
        state.after_items,
        state.amounts,
        state.shipping,
        state.free,
        has_coupons=True,
    )


def guarded(table: Table, amounts: Sequence[int], parts: Parts) -> tuple[Parts, Parts]:
    """What of the parts stays above the lines' floors, and what is cut."""
    floors = table.floors
    if floors is None:
        return parts, []
    kept: Parts = []
    cuts: Parts = []
    for index, part in parts:
        room = max(0, amounts[index] - floors[index])
        if part > room:
            cuts.append((index, part - room))
            part = room
        if part:
            kept.append((index, part))
    return kept, cuts
