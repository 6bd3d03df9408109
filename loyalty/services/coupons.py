"""One coupon's life: granted or claimed, locked for a checkout, let go, given on, void.

Source: loyalty/migrations/sql/coupon_*.sql; docs/algorithms/coupons.md.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from loyalty.models import Coupon, CouponType


@dataclass(frozen=True)
class LockAsk:
    """A code to be kept for a checkout: `source` and `external_id` are the order's. `minutes`
    None: as the type says."""

    code: str
    member_id: int | None
    holder: str
    source: str
    external_id: str
    store_id: int | None = None
    minutes: int | None = None


@dataclass(frozen=True)
class Locked:
    """A lock, or in `refused` why there is none: {"what", "coupon", "code", …}."""

    code: str
    coupon_id: int | None
    type_id: int | None
    type_code: str
    kind: str
    multiplier_percent: int
    locked_until: datetime | None
    refused: dict[str, Any] | None


@dataclass(frozen=True)
class Judged:
    """What a code is worth for somebody now. `coupon` is None for a public code."""

    code: str
    coupon: Coupon | None
    type: CouponType | None
    refused: dict[str, Any] | None


def grant(
    *,
    type_code: str,
    member_id: int,
    key: str,
    origin: str = Coupon.Origin.OPERATOR,
    at: datetime,
    actor_id: int | None = None,
) -> Coupon:
    """The coupon that a member is given; again with the same `key` it is the same one. Counts
    for the member's limit and isn't refused by it.

    Raises: NotFound; CouponRefused (not live, no stock, no budget); CouponKeyReused.
    """
    raise NotImplementedError


def claim(
    *,
    member_id: int,
    key: str,
    at: datetime,
    type_uid: UUID | None = None,
    type_code: str = "",
    code: str = "",
    source: str = "",
) -> Coupon:
    """The coupon that a member takes: of a type that may be claimed, or by entering a public or
    printed code. Again with the same `key` it is the same one.

    Raises: NotFound; CouponRefused, with the reason as its code; CouponKeyReused.
    """
    raise NotImplementedError


def try_lock(*, asks: Sequence[LockAsk], at: datetime, actor_id: int | None = None) -> list[Locked]:
    """What became of each, in order; whoever wants all or nothing takes it back."""
    raise NotImplementedError


def lock(*, asks: Sequence[LockAsk], at: datetime, actor_id: int | None = None) -> list[Locked]:
    """All of them, or none. Again for the same order it is the same lock.

    Raises: CouponRefused, with the reason as its code.
    """
    raise NotImplementedError


def release(
    *, codes: Sequence[str], source: str, external_id: str, at: datetime
) -> list[dict[str, Any]]:
    """Lets go of what is locked for this order: {"code", "state"} of each, as it is then. What
    isn't locked for it stays as it is."""
    raise NotImplementedError


def validate(
    *, code: str, member_id: int | None, holder: str, store_id: int | None, at: datetime
) -> Judged:
    """Whether this holder may use the code there now; reads only."""
    raise NotImplementedError


def transfer(
    *, code: str, from_member_id: int, to_member_id: int, key: str, at: datetime
) -> Coupon:
    """The friend's new coupon with the old one's validity; the old code is void.

    Raises: NotFound; CouponRefused.
    """
    raise NotImplementedError


def void(*, coupon_id: int, reason: str, at: datetime, actor_id: int | None = None) -> Coupon:
    """The coupon, void; what it kept goes back to its type. Void again it stays as it is.

    Raises: NotFound; ReasonRequired; CouponRefused, when it is redeemed or locked.
    """
    raise NotImplementedError
