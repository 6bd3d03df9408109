"""The cart that a channel asks about, strict to the last field."""

from decimal import Decimal
from typing import Annotated

from msgspec import Meta, Struct

from loyalty.services.documents import MOST_QUANTITY, Code, MemberReference, Text

MAX_LINES = 500
MAX_CODES = 50
# A unit price or the freight, in minor units: no sum of a cart's lines leaves 64 bits.
Amount = Annotated[int, Meta(ge=0, le=10**11)]
MOST_LINE_AMOUNT = 10**13


class CartLineDocument(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One line before any discount; the price of a piece in minor units, the quantity a decimal
    string. `category` and `brand` count where the catalogue doesn't know better."""

    line_id: Annotated[str, Meta(min_length=1, max_length=40)]
    sku: Annotated[str, Meta(min_length=1, max_length=64)]
    name: Annotated[str, Meta(max_length=120)] = ""
    category: Text = ""
    brand: Text = ""
    quantity: Decimal = Decimal(1)
    unit_price_amount: Amount
    earns_points: bool = True

    def __post_init__(self) -> None:
        # A ValueError here becomes msgspec's error with the path of the field.
        if not self.quantity.is_finite() or not 0 <= self.quantity <= MOST_QUANTITY:
            raise ValueError("a quantity is a decimal from 0 to 10000000000")
        if -int(self.quantity.as_tuple().exponent) > 3:
            raise ValueError("a quantity has at most 3 decimals")
        if self.quantity * self.unit_price_amount > MOST_LINE_AMOUNT:
            raise ValueError("a line's amount is out of range")


class CartDocument(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A cart. `coupons` are codes as they were typed; coupons that the member holds are looked
    at too unless `uses_held_coupons` is false. `points_to_use` are to pay, as far as they may;
    `uses_most_points` takes all that may. `quote_id` is a former quote of this cart, whose
    prices are to be kept."""

    channel: Text = ""
    store: Annotated[str, Meta(max_length=40)] = ""
    member: MemberReference | None = None
    currency: Annotated[str, Meta(min_length=3, max_length=3)]
    lines: Annotated[tuple[CartLineDocument, ...], Meta(min_length=1, max_length=MAX_LINES)]
    shipping_amount: Amount = 0
    coupons: Annotated[tuple[Code, ...], Meta(max_length=MAX_CODES)] = ()
    uses_held_coupons: bool = True
    points_to_use: Annotated[int, Meta(ge=0, le=10**12)] | None = None
    uses_most_points: bool = False
    quote_id: Annotated[str, Meta(max_length=200_000)] | None = None
