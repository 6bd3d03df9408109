"""Selling a cart: one order, however often it is confirmed."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from campaigns.services import quote_tokens
from config.console.till_carts import Cart, Line
from loyalty.errors import OrderConflict
from loyalty.models import Order
from loyalty.services import orders
from loyalty.services.documents import (
    LineDocument,
    MemberReference,
    OrderDocument,
    PaymentDocument,
    Source,
)
from members.errors import DomainError
from members.models import Store

# What the customer pays with, in the order in which the counter offers it.
METHODS: Mapping[str, Any] = {
    "cash": _("Cash"),
    "wechat_pay": _("WeChat Pay"),
    "alipay": _("Alipay"),
    "card": _("Bank card"),
}
_LETTERS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_RANDOM_LETTERS = 8
_LONGEST_CASHIER = 40


class AlreadySold(DomainError):
    """This cart was sold before, with other goods or another amount: please start a new one."""

    code = "already_sold"


@dataclass(frozen=True)
class Payment:
    """How the money comes in, at which store, by whom."""

    method: str
    store: Store
    sender: Source
    cashier: str


@dataclass(frozen=True)
class Sold:
    """The order; `is_repeat`: it was recorded by an earlier confirmation of the same cart."""

    order: Order
    is_repeat: bool


def number_of(cart: Cart, store: Store) -> str:
    """The order's number: store, day, and eight letters out of the cart's id, so that a cart has
    one number for ever. `SH01-260302-7K3M9QX2`."""
    began = datetime.fromtimestamp((cart.uid.int >> 80) / 1_000, tz=UTC)
    letters = "".join(
        _LETTERS[cart.uid.int >> 5 * place & 31] for place in reversed(range(_RANDOM_LETTERS))
    )
    return f"{store.code}-{timezone.localtime(began):%y%m%d}-{letters}"


def sell(*, cart: Cart, payment: Payment, at: datetime) -> Sold:
    """Records the order of a cart as its quote promised it, or finds it where it is recorded.

    Raises: BadQuote; AlreadySold; what else `orders.record` refuses.
    """
    promise = quote_tokens.read(cart.quote_id)
    try:
        recorded = orders.record(
            order=_document(cart, promise, payment, at), source=payment.sender, at=at
        )
    except OrderConflict:
        # Confirmed twice at once, or again after the answer was lost on its way.
        sold = recorded_as(number_of(cart, payment.store), payment.sender)
        if sold is None or not is_same(sold, cart):
            raise AlreadySold from None
        return Sold(sold, is_repeat=True)
    assert recorded.answer is not None
    order = Order.objects.select_related("store").get(uid=UUID(recorded.answer["id"]))
    return Sold(order, recorded.is_replayed)


def recorded_as(number: str, sender: Source) -> Order | None:
    """The order with this number of the counter's own, if there is one."""
    known = Order.objects.filter(source=sender.name, external_id=number)
    return known.select_related("store").first()


def is_same(order: Order, cart: Cart) -> bool:
    """Whether the order is what this cart showed when it was confirmed."""
    lines = [(row.line_id, row.quantity) for row in order.lines.order_by("number")]
    wanted = [(line.line_id, line.quantity) for line in cart.lines]
    return lines == wanted and order.money_amount == cart.payable_amount


def _document(
    cart: Cart, promise: Mapping[str, Any], payment: Payment, at: datetime
) -> OrderDocument:
    net_amounts = {row[0]: row[5] for row in promise["lines"]}
    return OrderDocument(
        external_id=number_of(cart, payment.store),
        channel=payment.sender.channel,
        store=payment.store.code,
        cashier=payment.cashier[:_LONGEST_CASHIER],
        member=MemberReference(type="id", value=cart.member) if cart.member else None,
        occurred_at=at,
        currency=promise["currency"],
        lines=tuple(_line(line, net_amounts[line.line_id]) for line in cart.lines),
        paid=_paid(promise, payment.method),
        quote_id=cart.quote_id,
        points_hold=cart.points_hold or None,
        coupons=tuple(row["code"] for row in promise["applied"] if row["what"] == "coupon"),
    )


def _line(line: Line, net_amount: int) -> LineDocument:
    return LineDocument(
        line_id=line.line_id,
        sku=line.item.sku,
        name=line.item.name,
        category=line.item.category,
        brand=line.item.brand,
        quantity=line.quantity,
        unit_price_amount=line.item.unit_price_amount,
        discount_amount=line.gross_amount - net_amount,
        net_amount=net_amount,
    )


def _paid(promise: Mapping[str, Any], method: str) -> tuple[PaymentDocument, ...]:
    rows = []
    if promise["payable"]:
        rows.append(PaymentDocument(method=method, kind="MONEY", amount=promise["payable"]))
    if promise["points"]["amount"]:
        amount = promise["points"]["amount"]
        rows.append(PaymentDocument(method="points", kind="POINTS", amount=amount))
    return tuple(rows)
