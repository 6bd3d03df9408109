"""The demo's coupon types: a public code, percent with a cap, gift, exchange, free shipping."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from config.demo.offers import BREAD, EGGS, PRODUCE
from loyalty.models import CouponType

_Kind = CouponType.Kind
WELCOME = "WELCOME10"


@dataclass(frozen=True)
class CouponPlan:
    """A coupon type to set up; it counts its days from the claim."""

    code: str
    name_zh: str
    name_en: str
    kind: str
    days: int
    fields: Mapping[str, Any] = field(default_factory=dict)

    def draft(self) -> CouponType:
        """The type, not saved yet."""
        return CouponType(
            code=self.code,
            name_zh=self.name_zh,
            name_en=self.name_en,
            kind=self.kind,
            validity=CouponType.Validity.DAYS,
            valid_days=self.days,
            **self.fields,
        )


COUPON_TYPES = (
    CouponPlan(
        "welcome-10", "新人立减10元", "Welcome: ¥10 off", _Kind.MONEY_OFF, 30,
        {
            "amount": 1_000,
            "min_spend_amount": 5_000,
            "public_code": WELCOME,
            "is_claimable": True,
            "starts_at_once": True,
            "stock_count": 5_000,
            "budget_amount": 5_000_000,
        },
    ),
    CouponPlan(
        "fruit-15", "果蔬85折，最高省20元", "15 % off produce, ¥20 at most", _Kind.PERCENT_OFF, 14,
        {
            "off_basis_points": 1_500,
            "cap_amount": 2_000,
            "min_spend_amount": 3_000,
            "condition": {"field": "line.category", "op": "eq", "value": PRODUCE},
            "is_claimable": True,
            "is_transferable": True,
            "starts_at_once": True,
            "limit_member": 4,
            "limit_member_day": 1,
            "stock_count": 2_000,
        },
    ),
    CouponPlan(
        "bread-gift", "面包兑换礼券", "A loaf for free", _Kind.GIFT, 60,
        {
            "gift_sku": BREAD[0],
            "min_spend_amount": 10_000,
            "is_transferable": True,
            "starts_at_once": True,
            "limit_member": None,
            "stock_count": 3_000,
        },
    ),
    CouponPlan(
        "eggs-for-1", "鸡蛋1元换购", "Eggs for ¥1", _Kind.EXCHANGE, 30,
        {
            "amount": 100,
            "condition": {"field": "line.sku", "op": "eq", "value": EGGS},
            "is_claimable": True,
            "starts_at_once": True,
            "stock_count": 800,
        },
    ),
    CouponPlan(
        "ship-free", "包邮券", "Free delivery", _Kind.FREE_SHIPPING, 30,
        {
            "min_spend_amount": 3_000,
            "is_claimable": True,
            "starts_at_once": True,
            "limit_member": 2,
            "limit_member_day": 1,
            "stock_count": 40,
        },
    ),
)  # fmt: skip
