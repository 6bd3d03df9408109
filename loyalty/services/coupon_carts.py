"""Whether a coupon type would do something for some lines, by itself."""

from datetime import datetime

from loyalty.models import CouponType
from loyalty.rules import cart_fields, coupon_worth
from loyalty.rules.coupon_worth import Verdict, Worth
from loyalty.rules.earning_facts import Facts
from loyalty.services import dry_runs, programs
from loyalty.services.dry_runs import Basket
from members.rules import conditions


def judge(*, coupon_type: CouponType, basket: Basket, at: datetime) -> Verdict:
    """What the type would take off the basket's lines, whose `net_amount` are prices before any
    discount. What goes together with it, and the margin guard, is for the quote.

    Raises: NotFound, for a store or channel that isn't there.
    """
    facts = dry_runs.facts_of(basket, programs.current(), at)
    return coupon_worth.judge(_worth(coupon_type), _in_scope(coupon_type, facts))


def _worth(coupon_type: CouponType) -> Worth:
    return Worth(
        kind=coupon_type.kind,
        amount=coupon_type.amount,
        off_basis_points=coupon_type.off_basis_points,
        cap_amount=coupon_type.cap_amount,
        min_spend_amount=coupon_type.min_spend_amount,
    )


def _in_scope(coupon_type: CouponType, facts: Facts) -> list[int]:
    """Prices of the lines that meet the condition; fields of the whole order hold for all."""
    condition = conditions.parse(coupon_type.condition, cart_fields.FIELDS)
    return [
        line.net_amount
        for index, line in enumerate(facts.lines)
        if conditions.matches(condition, facts.of_line(index))
    ]
