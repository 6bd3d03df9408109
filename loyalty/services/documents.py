"""What tills send: orders and refunds as documents, strict to the last field."""

import hashlib
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Annotated, Literal

import msgspec
from msgspec import UNSET, Meta, Struct, UnsetType

from members.rules import instants
from members.services.idempotency import Attempt

Text = Annotated[str, Meta(max_length=80)]
Code = Annotated[str, Meta(min_length=1, max_length=80)]
Amount = Annotated[int, Meta(ge=0, le=10**13)]
# RFC 3339 with an offset: a naive instant is refused.
Instant = Annotated[datetime, Meta(tz=True)]

MOST_QUANTITY = Decimal(10) ** 10
MAX_LINES = 1_000
MAX_PAYMENTS = 20


def _check_quantity(quantity: Decimal) -> None:
    # A ValueError here becomes msgspec's error with the path of the field.
    if not quantity.is_finite() or not 0 <= quantity <= MOST_QUANTITY:
        raise ValueError("a quantity is a decimal from 0 to 10000000000")
    if -int(quantity.as_tuple().exponent) > 3:
        raise ValueError("a quantity has at most 3 decimals")


class MemberReference(Struct, frozen=True, forbid_unknown_fields=True):
    """A member by one identity: card, phone, email, wechat_openid, wechat_unionid,
    alipay_uid, external (with `issuer`), or `id`."""

    type: Code
    value: Annotated[str, Meta(min_length=1, max_length=254)]
    issuer: Text = ""


class LineDocument(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One order line; amounts in minor units, the quantity a decimal string."""

    line_id: Annotated[str, Meta(min_length=1, max_length=40)]
    sku: Annotated[str, Meta(min_length=1, max_length=64)]
    name: Annotated[str, Meta(max_length=120)] = ""
    category: Text = ""
    brand: Text = ""
    quantity: Decimal = Decimal(1)
    unit_price_amount: Amount
    discount_amount: Amount = 0
    net_amount: Amount
    earns_points: bool = True

    def __post_init__(self) -> None:
        _check_quantity(self.quantity)


class PaymentDocument(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One payment. POINTS spends the member's points at the programme's rate."""

    method: Annotated[str, Meta(max_length=40)]
    kind: Literal["MONEY", "POINTS", "GIFT_CARD", "STORED_VALUE"] = "MONEY"
    amount: Amount


class OrderDocument(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A paid order."""

    external_id: Code
    channel: Text = ""
    store: Annotated[str, Meta(max_length=40)] = ""
    cashier: Annotated[str, Meta(max_length=40)] = ""
    guide: Annotated[str, Meta(max_length=40)] = ""
    member: MemberReference | None = None
    occurred_at: Instant
    currency: Annotated[str, Meta(min_length=3, max_length=3)]
    lines: Annotated[tuple[LineDocument, ...], Meta(min_length=1, max_length=MAX_LINES)]
    shipping_amount: Amount = 0
    rounding_amount: Annotated[int, Meta(ge=-10_000, le=10_000)] = 0
    paid: Annotated[tuple[PaymentDocument, ...], Meta(max_length=MAX_PAYMENTS)]
    quote_id: Annotated[str, Meta(max_length=100_000)] | None = None
    points_hold: str | None = None
    coupons: Annotated[tuple[Code, ...], Meta(max_length=50)] = ()
    metadata: Annotated[
        dict[Annotated[str, Meta(max_length=40)], Annotated[str, Meta(max_length=500)]],
        Meta(max_length=50),
    ] = {}

    def __post_init__(self) -> None:
        instants.check(self.occurred_at)


class RefundLineDocument(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What of one line comes back; the amount is value, points included. Without an amount it is
    worked out from the quantity, by the order's method."""

    line_id: Annotated[str, Meta(min_length=1, max_length=40)]
    quantity: Decimal = Decimal(0)
    refund_amount: Amount | UnsetType = UNSET

    def __post_init__(self) -> None:
        _check_quantity(self.quantity)


class RefundDocument(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A refund: by lines, or as one amount that is spread over the lines; nothing of both
    gives back the whole order."""

    external_id: Code
    occurred_at: Instant
    lines: Annotated[tuple[RefundLineDocument, ...], Meta(max_length=MAX_LINES)] | UnsetType = UNSET
    amount: Amount | UnsetType = UNSET
    shipping_amount: Amount = 0
    reason: Text = ""

    def __post_init__(self) -> None:
        instants.check(self.occurred_at)


class OrderRefundDocument(RefundDocument, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A refund of an order that is named by its number, whether or not we know it yet."""

    order_external_id: Code

    def alone(self) -> RefundDocument:
        """The refund without its order, as it would be sent to the order's own address."""
        return RefundDocument(
            **{name: getattr(self, name) for name in RefundDocument.__struct_fields__}
        )


class TransferDocument(
    Struct,
    frozen=True,
    forbid_unknown_fields=True,
    kw_only=True,
    rename={"from_member": "from", "to_member": "to"},
):
    """Points that one member gives to another."""

    external_id: Code
    from_member: MemberReference
    to_member: MemberReference
    points: Annotated[int, Meta(ge=1, le=10**12)]


class HoldDocument(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Points to keep aside for a checkout; `minutes` as the programme's setting if not said."""

    external_id: Code
    member: MemberReference
    points: Annotated[int, Meta(ge=1, le=10**12)]
    minutes: Annotated[int, Meta(ge=1, le=10_080)] | UnsetType = UNSET
    # The quote whose points they are: one that can't be kept any more holds nothing.
    quote_id: Annotated[str, Meta(min_length=1, max_length=100_000)] | UnsetType = UNSET


@dataclass(frozen=True)
class Source:
    """Who sends: the name that makes external ids unique, its channel, the stores that it may
    speak for (None: all), and what it is allowed. `attempt` is its Idempotency-Key, if any."""

    name: str
    client_id: int | None = None
    channel: str = ""
    store_ids: frozenset[int] | None = None
    may_backdate: bool = False
    actor_id: int | None = None
    attempt: Attempt | None = None


_encoder = msgspec.json.Encoder(order="deterministic")


def fingerprint(document: Struct) -> bytes:
    """SHA-256 of what a document says: spacing and the order of its fields don't count."""
    return hashlib.sha256(_encoder.encode(document)).digest()
