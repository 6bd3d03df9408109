"""What a quote promises: all that a lock, an order and a refund need to know of it, as the token
carries it. Ids and codes only, no personal data.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from campaigns.rules.quote_shapes import Applied, Cart, CartLine, Quote
from campaigns.services import quote_tokens
from members.ids import uuid7

Promise = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Asked:
    """Who asks for whom. `holder` is whose limits count: `member:<id>`, `guest:<blind index>` or
    "". `program` is id and version; `entered` are normalized codes."""

    source: str
    member_id: int | None
    holder: str
    program: tuple[int, int]
    currency: str
    store: str
    entered: tuple[str, ...]
    uses_held: bool


@dataclass(frozen=True, slots=True)
class PointsUsed:
    """Points that pay, and what they pay in minor units."""

    points: int = 0
    amount: int = 0


def build(
    *, asked: Asked, cart: Cart, quote: Quote, points: PointsUsed, period: tuple[datetime, datetime]
) -> Promise:
    """The promise of a quote that holds in `period`, half-open."""
    at, until = period
    return {
        "v": quote_tokens.VERSION,
        "id": str(uuid7()),
        "at": at.isoformat(),
        "until": until.isoformat(),
        "member": asked.member_id,
        "holder": asked.holder,
        "source": asked.source,
        "program": list(asked.program),
        "store": asked.store,
        "store_id": cart.place.store_id,
        "channel": cart.place.channel_code,
        "currency": asked.currency,
        "percent_base": quote.percent_base,
        "lines": [
            [
                line.line_id,
                line.sku,
                str(line.quantity),
                line.unit_price_amount,
                quoted.gross_amount,
                quoted.net_amount,
                line.category,
                line.brand,
            ]
            for line, quoted in zip(cart.lines, quote.lines, strict=True)
        ],
        "shipping": [quote.shipping_amount, quote.shipping_discount_amount],
        "applied": [_applied(one) for one in quote.applied],
        "points": {"used": points.points, "amount": points.amount},
        "payable": quote.payable_amount - points.amount,
        "entered": list(asked.entered),
        "uses_held": asked.uses_held,
    }


def _applied(one: Applied) -> dict[str, Any]:
    return {
        "what": one.what,
        "id": one.id,
        "code": one.code,
        "type_code": one.type_code,
        "coupon_id": one.coupon_id,
        "kind": one.kind,
        "layer": int(one.layer),
        "amount": one.amount,
        "lines": dict(one.line_amounts),
        "shipping": one.shipping_amount,
        "times": one.times,
        "gifts": [
            {
                "what": gift.what,
                "code": gift.code,
                "sku": gift.sku,
                "quantity": gift.quantity,
                "coupon_type": gift.coupon_type,
            }
            for gift in one.gifts
        ],
        "multiplier": one.multiplier_percent,
    }


def is_over(promise: Mapping[str, Any], at: datetime) -> bool:
    """Its prices are no longer guaranteed."""
    return at >= datetime.fromisoformat(promise["until"])


def period(promise: Mapping[str, Any]) -> tuple[datetime, datetime]:
    return datetime.fromisoformat(promise["at"]), datetime.fromisoformat(promise["until"])


def lines(promise: Mapping[str, Any]) -> tuple[CartLine, ...]:
    """The cart's lines as they were judged; costs are not in a promise."""
    return tuple(
        CartLine(
            line_id=line_id,
            sku=sku,
            quantity=Decimal(quantity),
            unit_price_amount=price,
            category=category,
            brand=brand,
        )
        for line_id, sku, quantity, price, _gross, _net, category, brand in promise["lines"]
    )
