"""Coupons that orders bring: used once, and given back once when the whole order comes back.

Source: loyalty/migrations/sql/coupon_redeem.sql; docs/algorithms/coupons.md.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any


@dataclass(frozen=True)
class Use:
    """A code that an order brings. `holder` is whose limit it counts against; `discount_amount`
    what it took off in minor units, None where the till doesn't say. `order_id` is None where a
    channel redeems without sending orders."""

    order_id: int | None
    code: str
    member_id: int | None
    holder: str
    source: str
    external_id: str
    store_id: int | None
    occurred_at: datetime
    discount_amount: int | None = None


@dataclass(frozen=True)
class Used:
    """What became of a use; `refused` says why it doesn't count: {"what", "coupon", "code"}."""

    order_id: int | None
    code: str
    coupon_id: int | None
    type_id: int | None
    type_code: str
    kind: str
    multiplier_percent: int
    refused: dict[str, Any] | None


def redeem(*, uses: Sequence[Use], at: datetime, actor_id: int | None = None) -> list[Used]:
    """What became of each, in order; one statement in the caller's transaction. Never raises for
    a coupon's sake, and bears a repeat: the same order finds what it used."""
    raise NotImplementedError


def give_back(*, order_id: int, at: datetime) -> list[dict[str, Any]]:
    """After a full refund: the order's coupons, each once, as {"code", "state", "expires_at"}."""
    raise NotImplementedError


def void_unused(*, coupon_ids: Sequence[int], reason: str, at: datetime) -> int:
    """How many of these gifts were not used yet, and are void now."""
    raise NotImplementedError
