"""A coupon's life."""

from dataclasses import dataclass

from members.registry.facts import Fact, fact


@fact("loyalty.coupon.granted")
@dataclass(frozen=True, kw_only=True)
class CouponGranted(Fact):
    """The shop gave it: staff, an offer, a campaign. `expires_at` is empty where it never does."""

    coupon: str
    coupon_type: str
    origin: str
    expires_at: str


@fact("loyalty.coupon.claimed")
@dataclass(frozen=True, kw_only=True)
class CouponClaimed(Fact):
    coupon: str
    coupon_type: str
    expires_at: str


@fact("loyalty.coupon.redeemed")
@dataclass(frozen=True, kw_only=True)
class CouponRedeemed(Fact):
    """`order_id` is empty where a channel redeems without sending orders."""

    coupon: str
    coupon_type: str
    order_id: int | None
    discount_amount: int


@fact("loyalty.coupon.returned")
@dataclass(frozen=True, kw_only=True)
class CouponReturned(Fact):
    coupon: str
    coupon_type: str
    order_id: int


@fact("loyalty.coupon.expired")
@dataclass(frozen=True, kw_only=True)
class CouponExpired(Fact):
    coupon: str
    coupon_type: str


@fact("loyalty.coupon.voided")
@dataclass(frozen=True, kw_only=True)
class CouponVoided(Fact):
    coupon: str
    coupon_type: str


@fact("loyalty.coupon.transferred")
@dataclass(frozen=True, kw_only=True)
class CouponTransferred(Fact):
    """One for each side, each with their own coupon."""

    coupon: str
    coupon_type: str
    other_coupon: str
    is_received: bool
