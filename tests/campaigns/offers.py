"""Offers and coupon types as tests want them: live since yesterday unless they say otherwise."""

from datetime import timedelta
from typing import Any

import msgspec

from campaigns.models import Offer
from campaigns.services import quotes
from campaigns.services.quote_documents import CartDocument
from loyalty.models import CouponType
from loyalty.services.documents import Source
from tests import world

NOW = world.NOW
TILL = Source(name="till", channel="pos")
FACE = {"all": [{"field": "line.category", "op": "eq", "value": "face"}]}


def offer(code: str, *, stores: Any = (), **fields: Any) -> Offer:
    """A published version, written as approval would leave it."""
    row = Offer.objects.create(
        **{
            "code": code,
            "name_zh": f"优惠 {code}",
            "name_en": f"Offer {code}",
            "state": Offer.State.PUBLISHED,
            "valid_from": NOW - timedelta(days=1),
            **fields,
        }
    )
    row.stores.set(stores)
    return row


def coupon_type(code: str, **fields: Any) -> CouponType:
    """A live type whose coupons hold until the end of the year."""
    return CouponType.objects.create(
        **{
            "code": code,
            "name_zh": f"券 {code}",
            "name_en": f"Coupon {code}",
            "state": CouponType.State.LIVE,
            "valid_from": NOW - timedelta(days=1),
            "valid_until": NOW + timedelta(days=300),
            **fields,
        }
    )


def line(line_id: str, amount: int, **fields: Any) -> dict[str, Any]:
    return {
        "line_id": line_id,
        "sku": f"SK-{line_id}",
        "category": "face",
        "unit_price_amount": amount,
        **fields,
    }


def cart(*lines: dict[str, Any], phone: str | None = None, **fields: Any) -> CartDocument:
    sent = {
        "channel": "pos",
        "store": "SH01",
        "currency": "CNY",
        "lines": list(lines),
        "member": {"type": "phone", "value": phone} if phone else None,
        **fields,
    }
    return msgspec.convert(sent, CartDocument, strict=True)


def quote(
    *lines: dict[str, Any], at: Any = NOW, source: Source = TILL, **fields: Any
) -> dict[str, Any]:
    """The answer for a cart."""
    return quotes.quote(cart=cart(*lines, **fields), source=source, at=at)
