"""What the return of pieces pays back where the rest of the cart is judged again: who falls below
a threshold gives the discount back. Source: docs/algorithms/settlements.md.
"""

from collections.abc import Mapping
from decimal import Decimal

from campaigns.models import OrderQuote
from campaigns.rules import quote_returns
from campaigns.rules.quote_returns import LeftLine
from campaigns.services import resold_carts
from loyalty.models import Order, OrderLine, Program


def judged_again(*, order: Order, quantities: Mapping[str, Decimal]) -> dict[str, int] | None:
    """Amounts by line id for the pieces that come back, in minor units; also of lines that stay,
    where the returned ones are worth less than is owed. None: the order had no quote, or its
    returns are paid back by what each line was paid."""
    quote = OrderQuote.objects.filter(order_id=order.pk).first()
    if quote is None or quote.refund_method != Program.RefundMethod.RECALCULATE:
        return None
    lines = left_lines(order_id=order.pk)
    rest = {
        line.line_id: line.left_quantity - quantities.get(line.line_id, Decimal(0))
        for line in lines
    }
    judged = resold_carts.judge(promise=quote.promise, left=rest)
    left_amount = sum(line.left_amount for line in lines)
    owed = quote_returns.owed(left_amount, judged.net_amount if judged else 0)
    return quote_returns.spread(owed, lines, tuple(quantities))


def left_lines(*, order_id: int) -> list[LeftLine]:
    """The order's lines before the next refund. Nothing of a line's value is left: nothing of
    its pieces either."""
    rows = OrderLine.objects.filter(order_id=order_id).order_by("number")
    return [
        LeftLine(row.line_id, row.net_amount - row.refunded_amount, _pieces(row)) for row in rows
    ]


def _pieces(row: OrderLine) -> Decimal:
    if row.net_amount > 0 and row.refunded_amount >= row.net_amount:
        return Decimal(0)
    return max(Decimal(0), row.quantity - row.refunded_quantity)
