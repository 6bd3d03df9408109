"""Facts that this app tells. docs/events.md lists them; a test compares."""

from loyalty.events.badges import BadgeEarned, BadgeLost
from loyalty.events.behaviors import BehaviorRewarded
from loyalty.events.benefits import (
    BenefitClaimed,
    BenefitEnding,
    BenefitGranted,
    BenefitLeft,
    BenefitRated,
    BenefitUsed,
    BenefitVoided,
)
from loyalty.events.challenges import (
    ChallengeJoined,
    ChallengePrizeOwed,
    ChallengeReached,
    ChallengeUndone,
)
from loyalty.events.coupons import (
    CouponClaimed,
    CouponExpired,
    CouponGranted,
    CouponRedeemed,
    CouponReturned,
    CouponTransferred,
    CouponVoided,
)
from loyalty.events.orders import OrderRecorded, OrderRefunded
from loyalty.events.points import (
    PointsActivated,
    PointsAdjusted,
    PointsClawedBack,
    PointsEarned,
    PointsExpired,
    PointsExtended,
    PointsExtensionUndone,
    PointsGranted,
    PointsGrantUndone,
    PointsLapsing,
    PointsRedeemed,
    PointsRestored,
    PointsTransferred,
)
from loyalty.events.prizes import PrizeGiven, PrizeUndone
from loyalty.events.redemptions import (
    RedemptionCanceled,
    RedemptionExpired,
    RedemptionFulfilled,
    RedemptionReady,
    RedemptionRequested,
)
from loyalty.events.referrals import (
    ReferralChanged,
    ReferralClaimed,
    ReferralStepReached,
    ReferralStepUndone,
)
from loyalty.events.tiers import TierDowngraded, TierGraceBegan, TierRenewed, TierUpgraded

__all__ = [
    "BadgeEarned",
    "BadgeLost",
    "BehaviorRewarded",
    "BenefitClaimed",
    "BenefitEnding",
    "BenefitGranted",
    "BenefitLeft",
    "BenefitRated",
    "BenefitUsed",
    "BenefitVoided",
    "ChallengeJoined",
    "ChallengePrizeOwed",
    "ChallengeReached",
    "ChallengeUndone",
    "CouponClaimed",
    "CouponExpired",
    "CouponGranted",
    "CouponRedeemed",
    "CouponReturned",
    "CouponTransferred",
    "CouponVoided",
    "OrderRecorded",
    "OrderRefunded",
    "PointsActivated",
    "PointsAdjusted",
    "PointsClawedBack",
    "PointsEarned",
    "PointsExpired",
    "PointsExtended",
    "PointsExtensionUndone",
    "PointsGrantUndone",
    "PointsGranted",
    "PointsLapsing",
    "PointsRedeemed",
    "PointsRestored",
    "PointsTransferred",
    "PrizeGiven",
    "PrizeUndone",
    "RedemptionCanceled",
    "RedemptionExpired",
    "RedemptionFulfilled",
    "RedemptionReady",
    "RedemptionRequested",
    "ReferralChanged",
    "ReferralClaimed",
    "ReferralStepReached",
    "ReferralStepUndone",
    "TierDowngraded",
    "TierGraceBegan",
    "TierRenewed",
    "TierUpgraded",
]
