"""What a benefit can't be, before anybody is asked to let it live."""

from collections.abc import Iterator

from loyalty.models import Benefit, BenefitRule, CouponType
from loyalty.services.benefit_refusals import BadBenefit

_Kind = Benefit.Kind
Problem = tuple[str, str, str]
# Each is a row and a code, given at once.
MOST_COUPONS = 100
# What a cart honors by itself, without anybody doing anything.
FUNCTIONAL = (_Kind.DISCOUNT, _Kind.FREE_SHIPPING)


def check(benefit: Benefit) -> None:
    """Nothing, or a refusal that names the field, the problem and how to mend it.

    Raises: BadBenefit.
    """
    for field, problem, message in _problems(benefit):
        raise BadBenefit(message, field=field, problem=problem)


def _problems(benefit: Benefit) -> Iterator[Problem]:
    rules = list(benefit.rules.all())
    if not (benefit.name_zh or benefit.name_en):
        yield "name_en", "no_name", "give it a name: members read it"
    yield from _worth(benefit, rules)
    yield from _coupons(benefit, rules)
    yield from _audience(benefit, rules)
    yield from _life(benefit)


def _worth(benefit: Benefit, rules: list[BenefitRule]) -> Iterator[Problem]:
    takes_off = benefit.kind == _Kind.DISCOUNT and benefit.coupon_type_id is None
    if takes_off and not 1 <= benefit.off_basis_points <= 10_000:
        yield "off_basis_points", "out_of_range", "say how many percent it takes off"
    if benefit.kind in FUNCTIONAL and benefit.coupon_type_id is None:
        if any(rule.quota is not None for rule in rules):
            yield (
                "rules",
                "quota_needs_coupons",
                "a cart takes it each time: leave the quota empty, or let it come as coupons",
            )
        if benefit.giving == Benefit.Giving.CLAIMED:
            yield (
                "giving",
                "claim_needs_coupons",
                "a cart takes it by itself: give it automatically, or let it come as coupons",
            )
    if benefit.kind == _Kind.GOODS and not (benefit.gift_sku or benefit.coupon_type_id):
        yield "gift_sku", "no_gift", "name the product that is given"


def _coupons(benefit: Benefit, rules: list[BenefitRule]) -> Iterator[Problem]:
    kind = benefit.coupon_type
    if kind is None:
        return
    if kind.state != CouponType.State.LIVE:
        yield "coupon_type", "not_live", "let the coupon type live first"
    for rule in rules:
        if rule.quota is None:
            yield "rules", "no_quota", "say how many coupons a period brings"
        elif rule.quota > MOST_COUPONS:
            yield "rules", "too_many", "these are too many coupons in a period: lower the number"


def _audience(benefit: Benefit, rules: list[BenefitRule]) -> Iterator[Problem]:
    is_capped = benefit.cap_percent is not None or benefit.cap_count is not None
    if is_capped and not rules:
        yield "rules", "nobody", "say among whom the best are drawn"
    if benefit.cap_count == 0:
        yield "cap_count", "nobody", "with 0 nobody ever has it: leave it empty"


def _life(benefit: Benefit) -> Iterator[Problem]:
    begins, ends = benefit.valid_from, benefit.valid_until
    if begins is not None and ends is not None and ends <= begins:
        yield "valid_until", "ends_before_it_begins", "it must end after it begins"
    if benefit.claim_days is not None and benefit.giving != Benefit.Giving.CLAIMED:
        yield "claim_days", "not_claimed", "only what is claimed has days from the claim"
