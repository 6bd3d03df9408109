"""What the steps of an offer can't be: 满100减20, 满200减50; 满300送 a mug."""

from collections.abc import Iterator, Mapping
from typing import Any

from campaigns.models import Offer
from loyalty.models import CouponType

MOST_AMOUNT = 10**11
MOST_QUANTITY = 1_000_000
MOST_STEPS = 20
MOST_GIFTS = 100
_NUMBERS = {
    "min_amount": MOST_AMOUNT,
    "min_quantity": MOST_QUANTITY,
    "amount": MOST_AMOUNT,
    "off_basis_points": 10_000,
    "gift_quantity": MOST_GIFTS,
}
_TEXTS = ("gift_sku", "gift_coupon_type")
_FIELDS = frozenset({*_NUMBERS, *_TEXTS})

# The field, the problem, and how to mend it.
Problem = tuple[str, str, str]
Step = Mapping[str, Any]


def problems(offer: Offer) -> Iterator[Problem]:
    """Of the steps of a stepped offer or of one that gives. One query where coupons are given."""
    steps = offer.steps
    if not isinstance(steps, list) or not 1 <= len(steps) <= MOST_STEPS:
        yield "steps", "no_steps", f"say from 1 to {MOST_STEPS} steps"
        return
    for number, step in enumerate(steps, 1):
        for problem, message in _of_shape(step):
            yield "steps", problem, f"step {number}: {message}"
            return
    for number, step in enumerate(steps, 1):
        for problem, message in _of_step(step, offer):
            yield "steps", problem, f"step {number}: {message}"
    yield from _rising(steps)
    yield from _coupon_types(steps)
    if offer.is_repeated and len(steps) > 1:
        yield "is_repeated", "several_steps", "for every such amount: with one step only"


def _of_shape(step: Any) -> Iterator[tuple[str, str]]:
    if not isinstance(step, dict) or set(step) - _FIELDS:
        yield "unknown_field", f"only {', '.join(sorted(_FIELDS))}"
        return
    for name, most in _NUMBERS.items():
        value = step.get(name) or 0
        if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value <= most:
            yield "out_of_range", f"{name} is a whole number from 0 to {most}"
    for name in _TEXTS:
        if not isinstance(step.get(name) or "", str):
            yield "wrong_type", f"{name} is a text"


def _of_step(step: Step, offer: Offer) -> Iterator[tuple[str, str]]:
    if not step.get("min_amount") and not step.get("min_quantity"):
        yield "no_threshold", "say from which amount or how many pieces on"
    gifts = [name for name in _TEXTS if step.get(name)]
    if len(gifts) == 2:
        yield "two_gifts", "a product or a coupon, one of them"
    if offer.kind == Offer.Kind.GIFT:
        yield from _giving(step, gifts)
    else:
        yield from _lowering(step, gifts, offer.form)


def _giving(step: Step, gifts: list[str]) -> Iterator[tuple[str, str]]:
    if not gifts:
        yield "no_gift", "name a product or a coupon type"
    if step.get("amount") or step.get("off_basis_points"):
        yield "not_a_gift", "an offer that gives lowers no price: use spend and save"


def _lowering(step: Step, gifts: list[str], form: str) -> Iterator[tuple[str, str]]:
    amount, basis_points = step.get("amount") or 0, step.get("off_basis_points") or 0
    wanted = basis_points if form == Offer.Form.PERCENT_OFF else amount
    if not wanted and not gifts:
        yield "nothing_off", "say how much it takes off"
    if amount and basis_points:
        yield "two_forms", "an amount or a part of a hundred, one of them"
    if amount > (step.get("min_amount") or amount):
        yield "more_than_it_costs", "it takes off more than the purchase costs"


def _rising(steps: list[Step]) -> Iterator[Problem]:
    """The highest step reached counts: each must ask for more than the one before."""
    for number in range(1, len(steps)):
        rises = [
            (steps[number].get(name) or 0) - (steps[number - 1].get(name) or 0)
            for name in ("min_amount", "min_quantity")
        ]
        if max(rises) <= 0 or min(rises) < 0:
            message = f"step {number + 1}: it must ask for more than the step before"
            yield "steps", "not_rising", message


def _coupon_types(steps: list[Step]) -> Iterator[Problem]:
    codes = {step["gift_coupon_type"] for step in steps if step.get("gift_coupon_type")}
    if not codes:
        return
    live = CouponType.objects.filter(code__in=codes, state=CouponType.State.LIVE)
    for code in sorted(codes - set(live.values_list("code", flat=True))):
        yield "steps", "no_such_coupon", f"there is no live coupon type {code}: publish it first"
