"""What makes an order document impossible, before anything is read or written."""

from collections import Counter
from datetime import datetime, timedelta

from loyalty.errors import (
    BackdatingNotAllowed,
    CurrencyMismatch,
    DuplicateLine,
    OccurredInFuture,
    PaymentsDoNotAddUp,
)
from loyalty.rules import baskets
from loyalty.services.documents import OrderDocument, Source
from loyalty.services.programs import Terms

MOST_AHEAD = timedelta(minutes=5)
OLDEST = timedelta(days=30)


def check(order: OrderDocument, source: Source, terms: Terms, at: datetime) -> baskets.Sums:
    """The order's sums, or a refusal that says what is wrong and where."""
    if order.currency != terms.currency:
        raise CurrencyMismatch(given=order.currency, expected=terms.currency)
    check_instant(order.occurred_at, source, at)
    times = Counter(line.line_id for line in order.lines)
    if len(times) != len(order.lines):
        raise DuplicateLine(line_ids=sorted(name for name, count in times.items() if count > 1))
    sums = baskets.add_up(
        [
            baskets.Line(line.net_amount, line.discount_amount, line.earns_points)
            for line in order.lines
        ],
        [baskets.Payment(payment.kind, payment.amount) for payment in order.paid],
        order.shipping_amount,
        order.rounding_amount,
    )
    if not sums.adds_up:
        raise PaymentsDoNotAddUp(
            f"paid {sums.paid_amount}, but lines + shipping − rounding are {sums.due_amount}",
            paid_amount=sums.paid_amount,
            due_amount=sums.due_amount,
        )
    return sums


def check_instant(occurred_at: datetime, source: Source, at: datetime) -> None:
    """At most 5 minutes ahead; older than 30 days only with the right to backdate."""
    if occurred_at > at + MOST_AHEAD:
        raise OccurredInFuture(occurred_at=occurred_at.isoformat())
    if occurred_at < at - OLDEST and not source.may_backdate:
        raise BackdatingNotAllowed(occurred_at=occurred_at.isoformat())
