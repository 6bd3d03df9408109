"""Why a coupon can't be had, used or given on. Codes are stable: tills and pages read them."""

from typing import Any

from members.errors import DomainError


class CouponRefused(DomainError):
    """The coupon can't be used.

    `code` of each refusal is one of `CODES`.
    """

    code = "coupon_refused"
    status = 409

    def __init__(self, code: str, message: str = "", **details: Any) -> None:
        super().__init__(message or CODES.get(code, ""), **details)
        self.code = code
        if code == "coupon_not_found":
            self.status = 404


CODES = {
    "coupon_not_found": "There is no such coupon; check the code.",
    "coupon_not_yours": "This coupon belongs to somebody else.",
    "coupon_void": "This coupon is void.",
    "coupon_redeemed": "This coupon was used before.",
    "coupon_locked": "This coupon is kept for another order.",
    "coupon_not_yet": "This coupon is not valid yet.",
    "coupon_expired": "This coupon has expired.",
    "coupon_store": "This coupon is not valid in this store.",
    "coupon_limit": "The member has had as many of these as one may have.",
    "coupon_day_limit": "The member has had as many of these today as one may have in a day.",
    "coupon_stock": "None of these are left.",
    "coupon_budget": "What was set aside for these is used up.",
    "coupon_stopped": "There are no more of these.",
    "coupon_not_live": "This coupon type is not live yet.",
    "coupon_not_claimable": "These can't be claimed.",
    "coupon_claim_not_yet": "These can't be claimed yet.",
    "coupon_claim_over": "These can't be claimed any more.",
    "coupon_not_transferable": "This coupon can't be given to a friend.",
    "coupon_same_member": "Both are the same member.",
}


class CouponKeyReused(DomainError):
    """This key was used for another coupon."""

    code = "coupon_key_reused"
    status = 409


def refused(found: dict[str, Any]) -> CouponRefused:
    """The refusal that a function of the database told: {"coupon", "code", …}."""
    details = {name: value for name, value in found.items() if name not in ("what", "code")}
    return CouponRefused(found["code"], **details)
