"""What members hold: programme, orders, points, tiers."""

from loyalty.models.accounts import Account
from loyalty.models.adjustments import AdjustmentLimit
from loyalty.models.behaviors import BehaviorAward, BehaviorRule
from loyalty.models.coupon_types import CouponType
from loyalty.models.coupons import Coupon, CouponBatch, CouponMove
from loyalty.models.earning_rules import EarningRule, RuleBudget, RuleUse, StackingGroup
from loyalty.models.entries import LedgerEntry, LotMovement
from loyalty.models.holds import Hold, HoldPart
from loyalty.models.lots import Lot, LotExtension
from loyalty.models.notices import LapseNotice
from loyalty.models.operations import Operation, OperationRow, OperationUpload
from loyalty.models.orders import Order, OrderBonus, OrderLine
from loyalty.models.pools import Pool, PoolUse
from loyalty.models.products import Product
from loyalty.models.programs import Program
from loyalty.models.refunds import Refund, RefundLine
from loyalty.models.stacking import Stacking
from loyalty.models.tiers import Tier, TierChange
from loyalty.models.transfers import Transfer

__all__ = [
    "Account",
    "AdjustmentLimit",
    "BehaviorAward",
    "BehaviorRule",
    "Coupon",
    "CouponBatch",
    "CouponMove",
    "CouponType",
    "EarningRule",
    "Hold",
    "HoldPart",
    "LapseNotice",
    "LedgerEntry",
    "Lot",
    "LotExtension",
    "LotMovement",
    "Operation",
    "OperationRow",
    "OperationUpload",
    "Order",
    "OrderBonus",
    "OrderLine",
    "Pool",
    "PoolUse",
    "Product",
    "Program",
    "Refund",
    "RefundLine",
    "RuleBudget",
    "RuleUse",
    "Stacking",
    "StackingGroup",
    "Tier",
    "TierChange",
    "Transfer",
]
