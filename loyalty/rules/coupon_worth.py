"""What a coupon alone would take off some lines. With offers and other coupons in the same cart
the quote decides; this answers "is it worth showing". Pure; minor units and basis points.
"""

from collections.abc import Sequence
from dataclasses import dataclass

MONEY_OFF, PERCENT_OFF, EXCHANGE = "MONEY_OFF", "PERCENT_OFF", "EXCHANGE"
_WHOLE = 10_000


@dataclass(frozen=True, slots=True)
class Worth:
    """What a coupon type gives: `amount`, or a part of a hundred, at most `cap_amount`, from a
    spend of `min_spend_amount` on the lines in its scope."""

    kind: str
    amount: int = 0
    off_basis_points: int = 0
    cap_amount: int | None = None
    min_spend_amount: int = 0


@dataclass(frozen=True, slots=True)
class Verdict:
    """`reason` is "" where it works, `coupon_scope` or `coupon_min_spend` where it doesn't;
    `discount_amount` None: it depends on the cart (an exchange)."""

    reason: str
    base_amount: int
    missing_amount: int = 0
    discount_amount: int | None = 0


def judge(worth: Worth, gross_amounts: Sequence[int]) -> Verdict:
    """What becomes of the lines in scope, whose prices are `gross_amounts`."""
    base = sum(gross_amounts)
    if not gross_amounts:
        return Verdict("coupon_scope", 0)
    if base < worth.min_spend_amount:
        return Verdict("coupon_min_spend", base, worth.min_spend_amount - base)
    return Verdict("", base, 0, _discount(worth, gross_amounts))


def _discount(worth: Worth, gross_amounts: Sequence[int]) -> int | None:
    if worth.kind == EXCHANGE:
        return None
    if worth.kind == MONEY_OFF:
        return min(worth.amount, sum(gross_amounts))
    if worth.kind != PERCENT_OFF:
        return 0
    # Half a cent up, once per line, as every percentage of money.
    off = sum(
        (amount * worth.off_basis_points * 2 + _WHOLE) // (2 * _WHOLE) for amount in gross_amounts
    )
    return off if worth.cap_amount is None else min(off, worth.cap_amount)
