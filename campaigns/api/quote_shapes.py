"""What the API shows of quotes: the types of the OpenAPI document. Amounts in minor units."""

from typing import Any, Literal

import msgspec

What = Literal["offer", "coupon", "benefit"]
LayerName = Literal["item", "bundle", "order", "coupon", "shipping"]


class LineDiscountShown(msgspec.Struct, kw_only=True):
    """What one offer or coupon took off a line."""

    what: What
    code: str
    amount: int


class CutShown(msgspec.Struct, kw_only=True):
    """What the margin guard kept of a discount on a line, and in which layer."""

    layer: LayerName
    code: str
    amount: int


class QuoteLineShown(msgspec.Struct, kw_only=True):
    """A line after its discounts."""

    line_id: str
    gross_amount: int
    discount_amount: int
    net_amount: int
    discounts: list[LineDiscountShown]
    cuts: list[CutShown]


class GiftShown(msgspec.Struct, kw_only=True):
    """Goods (`sku`) or coupons (`coupon_type`) that come with the order; `code` of what."""

    code: str
    sku: str
    quantity: int
    coupon_type: str


class AppliedShown(msgspec.Struct, kw_only=True):
    """An offer or coupon that applies: `amount` in all, by line, and what of it is freight.
    `type` is the coupon's type; `expires_at` the coupon's end."""

    what: What
    code: str
    type: str
    kind: str
    name_zh: str
    name_en: str
    layer: LayerName
    amount: int
    shipping_amount: int
    times: int
    lines: dict[str, int]
    gifts: list[GiftShown]
    multiplier_percent: int
    expires_at: str | None


class RejectedShown(msgspec.Struct, kw_only=True):
    """An offer or coupon that doesn't apply, and why: lower_value, excluded_by, min_spend,
    min_quantity, scope, budget, limit, not_yet, expired, store, channel, tier, tag, member, time,
    margin; of codes also not_found, redeemed, locked, void. `figures` say more:
    missing_amount, missing_quantity, excluded_by."""

    what: What
    code: str
    type: str
    name_zh: str
    name_en: str
    reason: str
    figures: dict[str, Any]


class QuotePointsShown(msgspec.Struct, kw_only=True):
    """Points of the member: available, what of them may pay for this cart, and what does."""

    available: int
    usable: int
    usable_amount: int
    used: int
    used_amount: int


class ForecastPartShown(msgspec.Struct, kw_only=True):
    """What one rule or the tier brings."""

    id: str
    amount: int
    description: str


class ForecastShown(msgspec.Struct, kw_only=True):
    """The points that the order will earn, before any upgrade that it causes."""

    amount: int
    breakdown: list[ForecastPartShown]


class QuoteShown(msgspec.Struct, kw_only=True):
    """What a cart costs. `quote_id` promises it until `expires_at`: prices and points, not
    budgets. `percent_base` says whether percentages were taken of the RUNNING amount or of the
    INITIAL one. `member` is null for a guest, and for a member whom nobody knows."""

    quote_id: str
    expires_at: str
    currency: str
    percent_base: Literal["RUNNING", "INITIAL"]
    member: str | None
    lines: list[QuoteLineShown]
    applied: list[AppliedShown]
    rejected: list[RejectedShown]
    gifts: list[GiftShown]
    gross_amount: int
    discount_amount: int
    net_amount: int
    shipping_amount: int
    shipping_discount_amount: int
    points: QuotePointsShown
    payable_amount: int
    earn_forecast: ForecastShown
