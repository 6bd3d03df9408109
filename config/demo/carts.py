"""A few carts of the last days that were quoted and sold with offers and coupons: the data's own
receipts know neither."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import msgspec

from campaigns.services import quotes
from campaigns.services.quote_documents import CartDocument
from config.demo.offers import BREAD, EGGS, MILK, PRODUCE
from config.demo.people import Dice
from loyalty.models import Order, Product
from loyalty.services import orders, programs
from loyalty.services.documents import OrderDocument, Source
from members.errors import DomainError
from members.models import Member

SOURCE = Source(name="demo-carts", channel="pos")
_COUNT = 16
_SHIPPING_AMOUNT = 600
_CHANNELS = ("pos", "pos", "mini-program", "app")
_KINDS = (PRODUCE, "烘焙 Bakery", "鲜肉 Meat", "食品杂货 Grocery")


def sell(*, members: Sequence[Member], since: datetime, at: datetime) -> int:
    """How many carts were sold, of those that weren't before: each by its own quote, in time
    order, from the fortnight's second day to now."""
    goods = _goods()
    if not goods:
        return 0
    step = (at - since - timedelta(days=1)) / _COUNT
    sold = 0
    for number, member in enumerate(members[:_COUNT]):
        external_id = f"C-{number:04d}"
        if Order.objects.filter(source=SOURCE.name, external_id=external_id).exists():
            continue
        _sell(external_id, number, member, goods, since + timedelta(days=1) + number * step)
        sold += 1
    return sold


def _sell(
    external_id: str, number: int, member: Member, goods: Sequence[Product], at: datetime
) -> None:
    channel = _CHANNELS[number % len(_CHANNELS)]
    cart = _cart(number, member, channel, goods)
    quote = quotes.quote(
        cart=msgspec.convert(cart, CartDocument, strict=True), source=SOURCE, at=at
    )
    document = _order(external_id, cart, quote, at)
    outcome = orders.record(
        order=msgspec.convert(document, OrderDocument, strict=True), source=SOURCE, at=at
    )
    assert outcome.answer is not None
    refused = outcome.answer["refused"]
    if refused:
        raise CartNotHonored(order=external_id, refused=refused)


class CartNotHonored(DomainError):
    """A cart of the demo was sold otherwise than it was quoted."""

    code = "cart_not_honored"


def _cart(number: int, member: Member, channel: str, goods: Sequence[Product]) -> dict[str, Any]:
    dice = Dice(number, about="cart")
    chosen = {dice.number(f"line {line}", len(goods)) for line in range(4 + number % 5)}
    return {
        "channel": channel,
        "store": member.store.code if member.store and channel == "pos" else "",
        "member": {"type": "id", "value": str(member.uid)},
        "currency": programs.current().currency,
        "lines": [
            {
                "line_id": str(line),
                "sku": goods[one].sku,
                "name": goods[one].name_zh[:120],
                "quantity": str(1 + dice.number(f"pieces {one}", 3)),
                "unit_price_amount": goods[one].list_price_amount,
            }
            for line, one in enumerate(sorted(chosen), 1)
        ],
        "shipping_amount": 0 if channel == "pos" else _SHIPPING_AMOUNT,
    }


def _order(
    external_id: str, cart: dict[str, Any], quote: dict[str, Any], at: datetime
) -> dict[str, Any]:
    """The order as the till makes it of the quote's answer."""
    quoted = {line["line_id"]: line for line in quote["lines"]}
    lines = [
        {
            **line,
            "discount_amount": quoted[line["line_id"]]["discount_amount"],
            "net_amount": quoted[line["line_id"]]["net_amount"],
        }
        for line in cart["lines"]
    ]
    payable = quote["payable_amount"]
    return {
        **{name: cart[name] for name in ("channel", "store", "member", "currency")},
        "external_id": external_id,
        "occurred_at": at.isoformat(),
        "lines": lines,
        "shipping_amount": quote["shipping_amount"] - quote["shipping_discount_amount"],
        "paid": [{"method": "wechat_pay", "kind": "MONEY", "amount": payable}] if payable else [],
        "quote_id": quote["quote_id"],
    }


def _goods() -> list[Product]:
    """What is put into the carts: the goods of the offers, and some of each kind."""
    named = Product.objects.filter(sku__in=(*MILK, *BREAD, EGGS), list_price_amount__gt=0)
    found = list(named.order_by("sku"))
    for kind in _KINDS:
        some = Product.objects.filter(category=kind, list_price_amount__range=(800, 6_000))
        found += some.order_by("sku")[:8]
    return list({one.sku: one for one in found}.values())
