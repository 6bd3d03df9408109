"""An order's sums, and which part of each line was paid in money."""

from collections.abc import Sequence
from dataclasses import dataclass

from loyalty.rules import shares


@dataclass(frozen=True, slots=True)
class Line:
    """Amounts of one line, in minor units; `earns` is false for what never earns points."""

    net_amount: int
    discount_amount: int = 0
    earns: bool = True


@dataclass(frozen=True, slots=True)
class Payment:
    """One payment: kind MONEY, POINTS, GIFT_CARD or STORED_VALUE, in minor units."""

    kind: str
    amount: int


@dataclass(frozen=True, slots=True)
class Sums:
    """What an order adds up to. `due_amount` is what the payments must sum to."""

    gross_amount: int
    discount_amount: int
    net_amount: int
    due_amount: int
    paid_amount: int
    money_amount: int
    points_amount: int
    other_amount: int
    line_money_amounts: tuple[int, ...]
    line_eligible_amounts: tuple[int, ...]

    @property
    def adds_up(self) -> bool:
        return self.paid_amount == self.due_amount

    @property
    def eligible_amount(self) -> int:
        return sum(self.line_eligible_amounts)


def add_up(
    lines: Sequence[Line], payments: Sequence[Payment], shipping_amount: int, rounding_amount: int
) -> Sums:
    """Sums of an order: Σ paid must be Σ net + shipping − rounding.

    What was not paid in money, and what was rounded off, is shared over the lines by net
    amount; freight takes it only when the lines are used up.
    """
    net = sum(line.net_amount for line in lines)
    discount = sum(line.discount_amount for line in lines)
    by_kind = {"MONEY": 0, "POINTS": 0}
    for payment in payments:
        by_kind[payment.kind] = by_kind.get(payment.kind, 0) + payment.amount
    paid = sum(by_kind.values())
    money, points = by_kind["MONEY"], by_kind["POINTS"]
    not_money = min(net, paid - money + rounding_amount)
    nets = [line.net_amount for line in lines]
    line_money = _less(nets, not_money)
    return Sums(
        gross_amount=net + discount,
        discount_amount=discount,
        net_amount=net,
        due_amount=net + shipping_amount - rounding_amount,
        paid_amount=paid,
        money_amount=money,
        points_amount=points,
        other_amount=paid - money - points,
        line_money_amounts=line_money,
        line_eligible_amounts=tuple(
            amount if line.earns else 0 for amount, line in zip(line_money, lines, strict=True)
        ),
    )


def _less(nets: list[int], not_money: int) -> tuple[int, ...]:
    if not_money == 0:
        return tuple(nets)
    parts = shares.split(not_money, nets)
    return tuple(net - part for net, part in zip(nets, parts, strict=True))
