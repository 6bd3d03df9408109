"""What a refund gives back and takes back, line by line and to the cent.

All figures are cumulative: many small refunds move exactly as much as one big one.
Source: docs/algorithms/refunds.md.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from loyalty.rules import shares


@dataclass(frozen=True, slots=True)
class SoldLine:
    """An order line as it was judged when it earned; amounts in minor units.

    `net_amount` is its value including what points paid; `money_amount` of it was money;
    `earned_points` is the snapshot P. `refunded_amount` and `clawed_points` are from earlier
    refunds.
    """

    net_amount: int
    money_amount: int
    earned_points: int
    refunded_amount: int = 0
    clawed_points: int = 0

    @property
    def left_amount(self) -> int:
        return self.net_amount - self.refunded_amount

    def refunded_money(self, refunded_amount: int) -> int:
        """Money in the first `refunded_amount` of it: what points paid is rounded down."""
        if self.net_amount == 0:
            return 0
        not_money = self.net_amount - self.money_amount
        return refunded_amount - not_money * refunded_amount // self.net_amount


@dataclass(frozen=True, slots=True)
class SoldOrder:
    """The order's figures that a refund moves."""

    lines: tuple[SoldLine, ...]
    shipping_amount: int
    points_amount: int
    spent_points: int
    refunded_shipping_amount: int = 0
    restored_points: int = 0


@dataclass(frozen=True, slots=True)
class LineShare:
    """What of one line comes back now."""

    value_amount: int
    money_amount: int
    clawed_points: int


@dataclass(frozen=True, slots=True)
class Outcome:
    """The whole refund: value, money of it, points to give back and to take back."""

    lines: tuple[LineShare, ...]
    shipping_amount: int
    value_amount: int
    money_amount: int
    restored_points: int
    clawed_points: int


class MoreThanBought(ValueError):
    """More would be refunded than was bought; `line` is its index, None for freight or all."""

    def __init__(self, line: int | None, asked_amount: int, left_amount: int) -> None:
        super().__init__(f"asked {asked_amount}, left {left_amount}")
        self.line = line
        self.asked_amount = asked_amount
        self.left_amount = left_amount


def spread(order: SoldOrder, amount: int) -> dict[int, int]:
    """A refund without lines, spread over the lines by what is left of them."""
    left = [line.left_amount for line in order.lines]
    if amount > sum(left):
        raise MoreThanBought(None, amount, sum(left))
    return dict(enumerate(shares.split(amount, left)))


def by_quantity(line: SoldLine, sold: Decimal, before: Decimal, now: Decimal) -> int:
    """What `now` pieces of a line are worth when `before` of the `sold` came back already: its
    price by the piece, half a cent up; the last ones are worth what is left. Never more than
    that.
    """
    if before + now >= sold:
        return line.left_amount

    def worth(quantity: Decimal) -> int:
        return int((line.net_amount * quantity * 2 + sold) // (2 * sold))

    return min(line.left_amount, worth(before + now) - worth(before))


def assess(order: SoldOrder, line_amounts: Mapping[int, int], shipping_amount: int = 0) -> Outcome:
    """What refunding `line_amounts` (index → value) and freight moves.

    Raises: MoreThanBought.
    """
    left_shipping = order.shipping_amount - order.refunded_shipping_amount
    if shipping_amount > left_shipping:
        raise MoreThanBought(None, shipping_amount, left_shipping)
    lines = tuple(
        _line(index, line, line_amounts.get(index, 0)) for index, line in enumerate(order.lines)
    )
    value = sum(line.value_amount for line in lines) + shipping_amount
    return Outcome(
        lines=lines,
        shipping_amount=shipping_amount,
        value_amount=value,
        money_amount=sum(line.money_amount for line in lines)
        + _shipping_money(order, lines, shipping_amount),
        restored_points=_restored(order, lines, shipping_amount),
        clawed_points=sum(line.clawed_points for line in lines),
    )


def clawed(earned_points: int, whole_amount: int, refunded_amount: int) -> int:
    """K(R) = P − floor(P·(E − R)/E): what refunds totalling R of E have taken back."""
    if whole_amount == 0:
        return 0
    return earned_points - earned_points * (whole_amount - refunded_amount) // whole_amount


def by_lot(line: SoldLine, taken_points: int, lot_points: Sequence[int] | None) -> tuple[int, ...]:
    """Of what a refund takes of a line's points, the part of each lot. Many refunds take as much
    of each lot as one; no part is ever below zero."""
    if lot_points is None:
        return (taken_points,)
    now = shares.first(line.clawed_points + taken_points, lot_points)
    before = shares.first(line.clawed_points, lot_points)
    return tuple(one - other for one, other in zip(now, before, strict=True))


def _line(index: int, line: SoldLine, amount: int) -> LineShare:
    if amount > line.left_amount:
        raise MoreThanBought(index, amount, line.left_amount)
    now = line.refunded_amount + amount
    return LineShare(
        value_amount=amount,
        money_amount=line.refunded_money(now) - line.refunded_money(line.refunded_amount),
        clawed_points=clawed(line.earned_points, line.net_amount, now) - line.clawed_points,
    )


def _shipping_money(order: SoldOrder, lines: Sequence[LineShare], shipping_amount: int) -> int:
    """Freight is money, unless points had to pay for it when the lines were used up."""
    net = sum(line.net_amount for line in order.lines)
    by_points = max(0, order.points_amount - net)
    if by_points == 0 or order.shipping_amount == 0:
        return shipping_amount
    before = order.refunded_shipping_amount
    now = before + shipping_amount
    not_money = [by_points * part // order.shipping_amount for part in (before, now)]
    return shipping_amount - (not_money[1] - not_money[0])


def _restored(order: SoldOrder, lines: Sequence[LineShare], shipping_amount: int) -> int:
    """Cumulative floor(S·R/T): T is what the points were spread over, the lines, and the
    freight too only where they paid for some of it."""
    whole = sum(line.net_amount for line in order.lines)
    refunded = sum(line.refunded_amount for line in order.lines) + sum(
        line.value_amount for line in lines
    )
    if order.points_amount > whole:
        whole += order.shipping_amount
        refunded += order.refunded_shipping_amount + shipping_amount
    if whole == 0:
        return 0
    return order.spent_points * refunded // whole - order.restored_points
