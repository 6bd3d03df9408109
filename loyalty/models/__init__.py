"""What members hold: programme, orders, points, tiers."""

from loyalty.models.accounts import Account
from loyalty.models.adjustments import AdjustmentLimit
from loyalty.models.behaviors import BehaviorAward, BehaviorRule
from loyalty.models.earning_rules import EarningRule, RuleBudget, RuleUse, StackingGroup
from loyalty.models.entries import LedgerEntry, LotMovement
from loyalty.models.holds import Hold, HoldPart
from loyalty.models.lots import Lot, LotExtension
from loyalty.models.notices import LapseNotice
from loyalty.models.operations import Operation, OperationRow, OperationUpload
from loyalty.models.orders import Order, OrderBonus, OrderLine
from loyalty.models.products import Product
from loyalty.models.programs import Program
from loyalty.models.refunds import Refund, RefundLine
from loyalty.models.tiers import Tier, TierChange
from loyalty.models.transfers import Transfer

__all__ = [
    "Account",
    "AdjustmentLimit",
    "BehaviorAward",
    "BehaviorRule",
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
    "Product",
    "Program",
    "Refund",
    "RefundLine",
    "RuleBudget",
    "RuleUse",
    "StackingGroup",
    "Tier",
    "TierChange",
    "Transfer",
]
