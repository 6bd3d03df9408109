"""Rewards that members redeemed."""

from dataclasses import dataclass

from members.registry.facts import Fact, fact


@fact("loyalty.redemption.requested")
@dataclass(frozen=True, kw_only=True)
class RedemptionRequested(Fact):
    """Of a reward. With `money_amount` (minor units) its points are held until that is paid."""

    redemption: str
    reward: str
    points: int
    money_amount: int
    quantity: int


@fact("loyalty.redemption.made_ready")
@dataclass(frozen=True, kw_only=True)
class RedemptionReady(Fact):
    """Paid, and waiting to be picked up until `expires_at`."""

    redemption: str
    reward: str
    expires_at: str


@fact("loyalty.redemption.fulfilled")
@dataclass(frozen=True, kw_only=True)
class RedemptionFulfilled(Fact):
    """Handed over in `store`; empty where nothing is handed over."""

    redemption: str
    reward: str
    store: str


@fact("loyalty.redemption.canceled")
@dataclass(frozen=True, kw_only=True)
class RedemptionCanceled(Fact):
    """`money_back_amount` is what whoever took the money gives back."""

    redemption: str
    reward: str
    returned_points: int
    money_back_amount: int


@fact("loyalty.redemption.expired")
@dataclass(frozen=True, kw_only=True)
class RedemptionExpired(Fact):
    """`reason` is `unpaid` or `not_picked_up`."""

    redemption: str
    reward: str
    reason: str
    returned_points: int
    money_back_amount: int
