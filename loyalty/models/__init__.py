"""What members hold: programme, orders, points, tiers."""

from loyalty.models.accounts import Account
from loyalty.models.adjustments import AdjustmentLimit
from loyalty.models.badges import Badge, MemberBadge, MemberBadgeKey
from loyalty.models.behaviors import BehaviorAward, BehaviorRule
from loyalty.models.benefit_uses import (
    BenefitGrant,
    BenefitHolder,
    BenefitNotice,
    BenefitPeriod,
    BenefitUse,
)
from loyalty.models.benefits import Benefit, BenefitRule, BenefitWeight
from loyalty.models.challenges import (
    Challenge,
    ChallengeAward,
    ChallengePrize,
    ChallengeProgress,
    ChallengeStep,
)
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
from loyalty.models.prizes import Prize, PrizeGrant, PrizeWhat
from loyalty.models.products import Product
from loyalty.models.programs import Program
from loyalty.models.redemptions import Redemption, RedemptionMove
from loyalty.models.referral_programs import ReferralBoost, ReferralPrize, ReferralProgram
from loyalty.models.referrals import (
    Referral,
    ReferralCode,
    ReferralInvitation,
    ReferralStep,
    ReferralTrace,
)
from loyalty.models.refunds import Refund, RefundLine
from loyalty.models.rewards import Reward, RewardTier
from loyalty.models.stacking import Stacking
from loyalty.models.tiers import Tier, TierChange
from loyalty.models.transfers import Transfer

__all__ = [
    "Account",
    "AdjustmentLimit",
    "Badge",
    "BehaviorAward",
    "BehaviorRule",
    "Benefit",
    "BenefitGrant",
    "BenefitHolder",
    "BenefitNotice",
    "BenefitPeriod",
    "BenefitRule",
    "BenefitUse",
    "BenefitWeight",
    "Challenge",
    "ChallengeAward",
    "ChallengePrize",
    "ChallengeProgress",
    "ChallengeStep",
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
    "MemberBadge",
    "MemberBadgeKey",
    "Operation",
    "OperationRow",
    "OperationUpload",
    "Order",
    "OrderBonus",
    "OrderLine",
    "Pool",
    "PoolUse",
    "Prize",
    "PrizeGrant",
    "PrizeWhat",
    "Product",
    "Program",
    "Redemption",
    "RedemptionMove",
    "Referral",
    "ReferralBoost",
    "ReferralCode",
    "ReferralInvitation",
    "ReferralPrize",
    "ReferralProgram",
    "ReferralStep",
    "ReferralTrace",
    "Refund",
    "RefundLine",
    "Reward",
    "RewardTier",
    "RuleBudget",
    "RuleUse",
    "Stacking",
    "StackingGroup",
    "Tier",
    "TierChange",
    "Transfer",
]
