"""Coupon types: a draft goes live with a second person's consent; then only names, stock and
budget change."""

from dataclasses import dataclass
from datetime import datetime

from loyalty.models import CouponType
from members.models import ApprovalRequest, User

ACTION = "loyalty.coupon_type.publish"


@dataclass(frozen=True, kw_only=True)
class Limits:
    """How many there may be and what they may cost in minor units; None: no end."""

    stock_count: int | None
    budget_amount: int | None


def ask_to_publish(*, type_id: int, reason: str, maker: User, at: datetime) -> ApprovalRequest:
    """The request that a second person decides.

    Raises: NotFound, CouponTypeNotADraft, ReasonRequired, BadCouponType, BadCondition.
    """
    raise NotImplementedError


def run_approved(request: ApprovalRequest, at: datetime) -> None:
    """The type is live, its stock and budget filled."""
    raise NotImplementedError


def version_of_target(request: ApprovalRequest) -> str:
    """What the maker saw."""
    raise NotImplementedError


def stop(*, type_id: int, reason: str, actor: User, at: datetime) -> CouponType:
    """No more of them; those in people's hands stay valid.

    Raises: NotFound, CouponTypeNotLive, ReasonRequired.
    """
    raise NotImplementedError


def change_limits(
    *, type_id: int, limits: Limits, reason: str, actor: User, at: datetime
) -> CouponType:
    """Stock and budget of a type that is live, less what has been used.

    Raises: NotFound, CouponTypeNotLive, ReasonRequired, LimitBelowUse.
    """
    raise NotImplementedError


def check(coupon_type: CouponType) -> None:
    """Raises: BadCouponType, where its fields don't make a coupon; BadCondition."""
    raise NotImplementedError
