"""Where an evaluation stands between two discounts, and what one of them takes.

Plain classes with slots: every step of the search for the best combination makes some.
"""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from campaigns.rules.quote_allocation import Parts
from campaigns.rules.quote_shapes import Gift
from campaigns.rules.quote_tables import Table

# What has no price counts after any cent: a gift of unknown worth, points multiplied.
CENT = 1_000_000
_GIFT = 1_000
Free = Mapping[int, tuple[int, Decimal]]
_UNTOUCHED: Free = {}


class State:
    """Running amounts by line. `after_items` are those that order offers' thresholds are taken
    on, `before_coupons` those of coupons; None: no coupon yet. `free` is what no bundle has used
    of a line: amount and quantity; lines that none has touched aren't in it. Never changed."""

    __slots__ = ("after_items", "amounts", "before_coupons", "free", "shipping", "table")

    def __init__(
        self,
        table: Table,
        amounts: list[int],
        shipping: int,
        after_items: list[int],
        before_coupons: list[int] | None = None,
        free: Free = _UNTOUCHED,
    ) -> None:
        self.table = table
        self.amounts = amounts
        self.shipping = shipping
        self.after_items = after_items
        self.before_coupons = before_coupons
        self.free = free


class Take:
    """What a discount takes off which line, what the margin guard kept of it, and what it gives.
    `used` is what is left of the lines that a bundle used. `amount` is all that it takes off,
    freight included; `score` what it is worth to the member."""

    __slots__ = (
        "amount",
        "cuts",
        "gifts",
        "lines",
        "multiplier",
        "score",
        "shipping",
        "times",
        "used",
    )

    def __init__(
        self,
        lines: Parts,
        cuts: Parts,
        shipping: int = 0,
        times: int = 1,
        used: Free | None = None,
    ) -> None:
        self.lines = lines
        self.cuts = cuts
        self.shipping = shipping
        self.times = times
        self.used = used
        self.gifts: tuple[Gift, ...] = ()
        self.multiplier = 100
        amount = shipping
        for _, part in lines:
            amount += part
        self.amount = amount
        self.score = amount * CENT

    def gives(self, gift: Gift, value: int) -> None:
        """With a gift; a `value` of 0 isn't known."""
        self.gifts = (gift,)
        self.score += value * CENT or _GIFT


class Miss:
    """Why it takes nothing, with figures."""

    __slots__ = ("figures", "reason")

    def __init__(self, reason: str, figures: dict[str, Any] | None = None) -> None:
        self.reason = reason
        self.figures = figures or {}


def begin(table: Table) -> State:
    """Before any discount."""
    return State(table, table.gross, table.cart.shipping_amount, table.gross)


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
        state.shipping - take.shipping,
        state.after_items,
        state.before_coupons,
        state.free if take.used is None else {**state.free, **take.used},
    )


def with_coupons(state: State) -> State:
    """The state before the first coupon: what is left now is what their thresholds are taken
    on."""
    return State(
        state.table, state.amounts, state.shipping, state.after_items, state.amounts, state.free
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
