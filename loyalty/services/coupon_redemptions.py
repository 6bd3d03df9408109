"""Coupons redeemed with orders, and given back with refunds (skeleton)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any


@dataclass(frozen=True)
class Use:
    """A coupon that an order names. `discount_amount` None: the till doesn't say."""

    order_id: int
    code: str
    member_id: int | None
    holder: str
    source: str
    external_id: str
    store_id: int | None
    occurred_at: datetime
    discount_amount: int | None


@dataclass(frozen=True)
class Used:
    """What became of it: redeemed, or `refused` with the reason."""

    order_id: int
    code: str
    coupon_id: int | None = None
    type_id: int | None = None
    type_code: str = ""
    kind: str = ""
    multiplier_percent: int = 100
    refused: dict[str, Any] | None = None


def redeem(*, uses: Sequence[Use], at: datetime, actor_id: int | None = None) -> list[Used]:
    raise NotImplementedError


def give_back(*, order_id: int, at: datetime) -> list[dict[str, Any]]:
    raise NotImplementedError
