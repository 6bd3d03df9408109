"""What the API hears and shows of coupons: the types of the OpenAPI document."""

from datetime import datetime
from decimal import Decimal
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta

from loyalty.models import Coupon, CouponType
from loyalty.services.documents import MOST_QUANTITY, Amount, MemberReference
from members.api import bodies
from members.api.bodies import Instant

StoreCode = Annotated[str, Meta(max_length=40, description="Code of the store; empty: none.")]
ExternalId = Annotated[
    str,
    Meta(min_length=1, max_length=80, description="The number that the order has or will have."),
]
Minutes = Annotated[int, Meta(ge=1, le=1_440)]
Kind = Literal["MONEY_OFF", "PERCENT_OFF", "GIFT", "FREE_SHIPPING", "EXCHANGE", "MULTIPLIER"]
State = Literal["ISSUED", "CLAIMED", "LOCKED", "REDEEMED", "EXPIRED", "VOID"]
Left = Literal["PLENTY", "FEW", "NONE"]


class CouponLineSent(bodies.Strict, kw_only=True):
    """A line before any discount: price of a piece in minor units, quantity a decimal string."""

    sku: Annotated[str, Meta(min_length=1, max_length=64)]
    category: Annotated[str, Meta(max_length=80)] = ""
    brand: Annotated[str, Meta(max_length=80)] = ""
    quantity: Decimal = Decimal(1)
    unit_price_amount: Annotated[int, Meta(ge=0, le=10**11)]

    def __post_init__(self) -> None:
        if not self.quantity.is_finite() or not 0 <= self.quantity <= MOST_QUANTITY:
            raise ValueError("a quantity is a decimal from 0 to 10000000000")
        if self.quantity * self.unit_price_amount > 10**13:
            raise ValueError("a line's amount is out of range")

    @property
    def gross_amount(self) -> int:
        """Unit price × quantity, half a cent up."""
        return int((self.unit_price_amount * self.quantity * 2 + 1) // 2)


class ValidateSent(bodies.Strict):
    """Who has the code, where; with `lines` also whether it would do something for them."""

    member: MemberReference | None = None
    store: StoreCode = ""
    channel: Annotated[str, Meta(max_length=40)] = ""
    lines: Annotated[list[CouponLineSent], Meta(max_length=500)] = []


class LockSent(bodies.Strict):
    """The order that the coupon is kept for; `minutes` as its type says if not said. With the
    quote that the customer was shown, one that can't be kept any more is 409 `quote_changed`."""

    external_id: ExternalId
    member: MemberReference | None = None
    store: StoreCode = ""
    minutes: Minutes | None = None
    quote_id: Annotated[str, Meta(max_length=100_000)] = ""


class CouponReleaseSent(bodies.Strict):
    """The order that the coupon was kept for."""

    external_id: ExternalId


class RedeemSent(bodies.Strict):
    """A sale that isn't sent to us as an order; `occurred_at` is now if not said."""

    external_id: ExternalId
    member: MemberReference | None = None
    store: StoreCode = ""
    occurred_at: Instant | None = None
    discount_amount: Amount | None = None


class CouponClaimSent(bodies.Strict):
    """Who takes it."""

    member: MemberReference


class CouponGrantSent(bodies.Strict):
    """Code of the coupon type."""

    type: Annotated[str, Meta(min_length=1, max_length=40)]


class CouponTransferSent(bodies.Strict, rename={"from_member": "from", "to_member": "to"}):
    """Whose coupon it is, and the friend who gets it."""

    from_member: MemberReference
    to_member: MemberReference


class CouponTypeShown(msgspec.Struct, kw_only=True):
    """What coupons of a type do. Money in minor units; basis points: 2000 takes 20 % off;
    `multiplier_percent` 200 doubles the points; `description` in the reader's language."""

    id: str
    code: str
    kind: Kind
    name_zh: str
    name_en: str
    description: str
    amount: int
    off_basis_points: int
    cap_amount: int | None
    multiplier_percent: int
    gift_sku: str
    quantity: int
    min_spend_amount: int
    is_transferable: bool


class CouponTypeListed(CouponTypeShown, kw_only=True):
    """A type that members may claim. `left_text` is for the shop's page; `left_count` null:
    there is no end."""

    claim_until: datetime | None
    left: Left
    left_count: int | None
    left_text: str


class ValidatedShown(msgspec.Struct, kw_only=True):
    """Whether the code may be used now. `reason` is a stable code; null when it may. With lines:
    the prices in its scope, what is missing to its least spend, and what it would take off by
    itself (null: that depends on the cart)."""

    code: str
    is_usable: bool
    reason: str | None
    detail: str
    state: State | None
    valid_from: datetime | None
    expires_at: datetime | None
    locked_until: datetime | None
    type: CouponTypeShown | None
    base_amount: int | None
    missing_amount: int | None
    discount_amount: int | None


class LockedShown(msgspec.Struct, kw_only=True):
    """The coupon is kept for the order until then."""

    code: str
    state: Literal["LOCKED"]
    external_id: str
    locked_until: datetime
    type: str
    kind: Kind


class ReleasedShown(msgspec.Struct, kw_only=True):
    """`is_released`: a lock for this order was let go. False: there was none (any more)."""

    code: str
    external_id: str
    is_released: bool


class RedeemedShown(msgspec.Struct, kw_only=True):
    """The coupon, used."""

    code: str
    state: Literal["REDEEMED"]
    external_id: str
    redeemed_at: datetime
    discount_amount: int
    type: str
    kind: Kind
    multiplier_percent: int


class CouponShown(msgspec.Struct, kw_only=True):
    """A member's coupon as it stands now."""

    id: str
    code: str
    state: State
    type: CouponTypeShown
    issued_at: datetime
    valid_from: datetime | None
    expires_at: datetime | None
    locked_until: datetime | None
    redeemed_at: datetime | None
    discount_amount: int


def type_fields(one: CouponType, description: str) -> dict[str, Any]:
    """The fields of `CouponTypeShown`."""
    return {
        "id": str(one.uid),
        "code": one.code,
        "kind": one.kind,
        "name_zh": one.name_zh,
        "name_en": one.name_en,
        "description": description,
        "amount": one.amount,
        "off_basis_points": one.off_basis_points,
        "cap_amount": one.cap_amount,
        "multiplier_percent": one.multiplier_percent,
        "gift_sku": one.gift_sku,
        "quantity": one.quantity,
        "min_spend_amount": one.min_spend_amount,
        "is_transferable": one.is_transferable,
    }


def coupon(one: Coupon, description: str, *, state: str) -> CouponShown:
    """A coupon in the `state` that it has now."""
    is_locked = state == Coupon.State.LOCKED
    return CouponShown(
        id=str(one.uid),
        code=one.code,
        state=state,  # type: ignore[arg-type]
        type=CouponTypeShown(**type_fields(one.type, description)),
        issued_at=one.issued_at,
        valid_from=one.valid_from,
        expires_at=one.expires_at,
        locked_until=one.locked_until if is_locked else None,
        redeemed_at=one.redeemed_at,
        discount_amount=one.discount_amount,
    )
