"""What members hold: programme, orders, points, tiers."""

from loyalty.models.accounts import Account
from loyalty.models.earning_rules import EarningRule
from loyalty.models.entries import LedgerEntry, LotMovement
from loyalty.models.lots import Lot
from loyalty.models.orders import Order, OrderLine
from loyalty.models.products import Product
from loyalty.models.programs import Program
from loyalty.models.refunds import Refund, RefundLine
from loyalty.models.tiers import Tier, TierChange

__all__ = [
    "Account",
    "EarningRule",
    "LedgerEntry",
    "Lot",
    "LotMovement",
    "Order",
    "OrderLine",
    "Product",
    "Program",
    "Refund",
    "RefundLine",
    "Tier",
    "TierChange",
]
