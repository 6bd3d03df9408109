"""Why a benefit can't be used, claimed or given. Codes are stable: tills and pages read them."""

from typing import Any

from members.errors import DomainError


class BenefitRefused(DomainError):
    """The benefit can't be used.

    `code` of each refusal is one of `CODES`.
    """

    code = "benefit_refused"
    status = 409

    def __init__(self, code: str, **details: Any) -> None:
        super().__init__(CODES.get(code, ""), **details)
        self.code = code


# After the prefix the words of `loyalty.rules.benefits`.
PREFIX = "benefit_"
CODES = {
    "benefit_not_yours": "The member doesn't have this benefit.",
    "benefit_not_yet": "This benefit hasn't begun.",
    "benefit_ended": "This benefit has ended.",
    "benefit_stopped": "This benefit was stopped.",
    "benefit_birthday_month": "This benefit is for the month of the member's birthday.",
    "benefit_not_claimed": "The member claims this benefit first.",
    "benefit_claim_lapsed": "The time to use what was claimed is over.",
    "benefit_used_up": "Nothing of this benefit is left.",
    "benefit_store": "This benefit is not for this store.",
    "benefit_as_coupons": "This benefit comes as coupons: use those.",
    "benefit_needs_no_claim": "This benefit needs no claim.",
    "benefit_not_used": "The member hasn't used this benefit.",
    "benefit_not_given": "Nothing of this benefit was given to the member alone, or it is over.",
    "benefit_use_void": "This use is void.",
}


class BenefitUseConflict(DomainError):
    """This number is known with another use."""

    code = "benefit_use_conflict"
    status = 409


class BadBenefit(DomainError):
    """This benefit can't go live as it is."""

    code = "bad_benefit"


class BenefitNotADraft(DomainError):
    """Only a draft can go live."""

    code = "not_a_draft"
    status = 409


class BenefitNotLive(DomainError):
    """This benefit is not live."""

    code = "benefit_not_live"
    status = 409


class BadBenefitGrant(DomainError):
    """This can't be given so."""

    code = "bad_benefit_grant"


class UnnamedUse(DomainError):
    """Name the use by its id or by its number at the channel."""

    code = "unnamed_use"
