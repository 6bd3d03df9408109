"""How much of each line a refund gives back: as the till says, or worked out from quantities.

Source: docs/algorithms/refunds.md, "Amounts from quantities".
"""

from collections.abc import Mapping
from decimal import Decimal

from msgspec import UnsetType

from loyalty.errors import DuplicateLine, RefundExceedsOrder, RefundNeedsQuantity, UnknownLine
from loyalty.models import Order, OrderLine
from loyalty.rules import refunds as rules
from loyalty.services import settlements
from loyalty.services.documents import RefundDocument, RefundLineDocument

Lines = list[OrderLine]


def amounts(
    order: Order, sold: rules.SoldOrder, lines: Lines, refund: RefundDocument
) -> tuple[dict[int, int], int]:
    """Values by line index, and freight. Neither lines nor an amount: all that is left.

    Raises: UnknownLine, DuplicateLine, RefundNeedsQuantity, RefundExceedsOrder,
    rules.MoreThanBought.
    """
    if isinstance(refund.lines, UnsetType):
        if isinstance(refund.amount, UnsetType):
            left = {index: line.left_amount for index, line in enumerate(sold.lines)}
            return left, sold.shipping_amount - sold.refunded_shipping_amount
        return rules.spread(sold, refund.amount), refund.shipping_amount
    asked = _asked(lines, refund.lines)
    unsaid = {i: one for i, one in asked.items() if isinstance(one.refund_amount, UnsetType)}
    for index, one in unsaid.items():
        _check(lines[index], one)
    if unsaid and len(unsaid) == len(asked):
        judged = settlements.refund_amounts(
            order, {one.line_id: one.quantity for one in unsaid.values()}
        )
        if judged is not None:
            return _by_index(lines, judged), refund.shipping_amount
    return {
        index: _amount(sold.lines[index], lines[index], one) for index, one in asked.items()
    }, refund.shipping_amount


def quantities(lines: Lines, refund: RefundDocument) -> dict[str, Decimal]:
    """As told, by line; an amount without lines tells none, and all that is left is all."""
    if not isinstance(refund.lines, UnsetType):
        return {line.line_id: line.quantity for line in refund.lines}
    if not isinstance(refund.amount, UnsetType):
        return {}
    left = {line.line_id: line.quantity - line.refunded_quantity for line in lines}
    return {line_id: quantity for line_id, quantity in left.items() if quantity > 0}


def _asked(
    lines: Lines, refund_lines: tuple[RefundLineDocument, ...]
) -> dict[int, RefundLineDocument]:
    numbers = {line.line_id: index for index, line in enumerate(lines)}
    found: dict[int, RefundLineDocument] = {}
    for line in refund_lines:
        index = numbers.get(line.line_id)
        if index is None:
            raise UnknownLine(line_id=line.line_id)
        if index in found:
            raise DuplicateLine(line_ids=[line.line_id])
        found[index] = line
    return found


def _check(line: OrderLine, asked: RefundLineDocument) -> None:
    if asked.quantity == 0:
        raise RefundNeedsQuantity(line_id=line.line_id)
    left = line.quantity - line.refunded_quantity
    if asked.quantity > left:
        raise RefundExceedsOrder(
            f"asked {asked.quantity.normalize():f} pieces, but {left.normalize():f} are left",
            line_id=line.line_id,
            asked_quantity=f"{asked.quantity.normalize():f}",
            left_quantity=f"{left.normalize():f}",
        )


def _amount(sold: rules.SoldLine, line: OrderLine, asked: RefundLineDocument) -> int:
    if not isinstance(asked.refund_amount, UnsetType):
        return asked.refund_amount
    return rules.by_quantity(sold, line.quantity, line.refunded_quantity, asked.quantity)


def _by_index(lines: Lines, judged: Mapping[str, int]) -> dict[int, int]:
    numbers = {line.line_id: index for index, line in enumerate(lines)}
    return {numbers[line_id]: amount for line_id, amount in judged.items()}
