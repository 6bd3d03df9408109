"""Why a reward can't be had, paid, canceled or handed over. Codes are stable: tills and apps read
them."""

from typing import Any

from members.errors import DomainError


class RewardRefused(DomainError):
    """The member can't have this reward.

    `code` of each refusal is one of `CODES`.
    """

    code = "reward_refused"
    status = 409

    def __init__(self, code: str, **details: Any) -> None:
        super().__init__(CODES.get(code, ""), **details)
        self.code = code


CODES = {
    "reward_not_live": "This reward is not in the catalogue yet.",
    "reward_stopped": "This reward is no longer in the catalogue.",
    "reward_not_yet": "This reward can't be had yet.",
    "reward_over": "The time of this reward is over.",
    "reward_tier": "This reward is for members of other tiers.",
    "reward_limit": "The member has had as many pieces of this reward as one may have.",
    "reward_stock": "None of these are left.",
    "insufficient_points": "The member does not have so many points available.",
}


class RedemptionConflict(DomainError):
    """This redemption number is known with another content."""

    code = "redemption_conflict"
    status = 409


class RedemptionExpired(DomainError):
    """The redemption's time is over. Money that was taken for it goes back to the member."""

    code = "redemption_expired"
    status = 409


class RedemptionCanceled(DomainError):
    """The redemption was canceled. Money that was taken for it goes back to the member."""

    code = "redemption_canceled"
    status = 409


class RedemptionHandedOver(DomainError):
    """The reward was handed over already."""

    code = "redemption_handed_over"
    status = 409


class RedemptionFinal(DomainError):
    """What was given at once can't be canceled: a donation, or a coupon that was used."""

    code = "redemption_final"
    status = 409


class RedemptionNotPaid(DomainError):
    """The money for this reward is not paid yet."""

    code = "redemption_not_paid"
    status = 409


class RedemptionPaid(DomainError):
    """This redemption is paid, or nothing is to be paid."""

    code = "redemption_paid"
    status = 409


class PaymentDiffers(DomainError):
    """The payment is not what is to be paid."""

    code = "payment_differs"


class PaymentUsed(DomainError):
    """This payment paid for another redemption."""

    code = "payment_used"
    status = 409


class WrongStore(DomainError):
    """This reward is not handed over in this store."""

    code = "reward_store"
    status = 409


class StoreRequired(DomainError):
    """Say in which store the reward is handed over."""

    code = "store_required"


class PickupCodeNotFound(DomainError):
    """There is no such pick-up code; check it."""

    code = "pickup_code_not_found"
    status = 404
