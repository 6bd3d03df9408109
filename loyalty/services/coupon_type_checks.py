"""What a coupon type can't be, before anybody is asked to let it live."""

from collections.abc import Iterator

from loyalty.models import Coupon, CouponType
from loyalty.rules import cart_fields
from loyalty.rules import coupons as rules
from members.errors import DomainError
from members.rules import conditions

_Kind = CouponType.Kind
_Validity = CouponType.Validity
Problem = tuple[str, str, str]
SHORTEST_PUBLIC_CODE = 4
# Three months short of a century; a date further away is a typing mistake.
MOST_DAYS = 36_500


class BadCouponType(DomainError):
    """This coupon type can't go live as it is."""

    code = "bad_coupon_type"


def check(coupon_type: CouponType) -> None:
    """Nothing, or a refusal that names the field, the problem and how to mend it.

    Raises: BadCouponType; BadCondition, with the place in the tree.
    """
    conditions.parse(coupon_type.condition, cart_fields.FIELDS)
    for field, problem, message in _problems(coupon_type):
        raise BadCouponType(message, field=field, problem=problem)


def check_limits(coupon_type: CouponType) -> None:
    """Stock and budget alone. Raises: BadCouponType."""
    for field, problem, message in _budget(coupon_type):
        raise BadCouponType(message, field=field, problem=problem)


def _problems(kind: CouponType) -> Iterator[Problem]:
    yield from _worth(kind)
    yield from _budget(kind)
    yield from _life(kind)
    yield from _claims(kind)
    yield from _public_code(kind)


def _worth(kind: CouponType) -> Iterator[Problem]:
    if kind.kind == _Kind.MONEY_OFF and kind.amount < 1:
        yield "amount", "no_amount", "say how much it takes off"
    if kind.kind == _Kind.PERCENT_OFF and not 1 <= kind.off_basis_points <= 10_000:
        yield "off_basis_points", "out_of_range", "a part of a hundred is from 0.01 to 100 %"
    if kind.kind == _Kind.MULTIPLIER and kind.multiplier_percent <= 100:
        yield "multiplier_percent", "no_effect", "a multiplier is above 100 %"
    if kind.kind == _Kind.GIFT and not kind.gift_sku:
        yield "gift_sku", "no_gift", "name the product that is given"
    if kind.kind == _Kind.EXCHANGE and not (kind.condition or kind.gift_sku):
        yield "condition", "no_product", "name the products that it is exchanged for"
    if kind.cap_amount == 0:
        yield "cap_amount", "nothing_left", "with 0 it never takes anything off: leave it empty"


def _budget(kind: CouponType) -> Iterator[Problem]:
    for field in ("stock_count", "budget_amount"):
        if (getattr(kind, field) or 0) < 0:
            yield field, "below_zero", "it can't be below 0"
    if kind.budget_amount is None:
        return
    if kind.kind == _Kind.PERCENT_OFF and kind.cap_amount is None:
        yield "cap_amount", "no_cap", "with a budget say what one takes off at most"
    if kind.kind not in (_Kind.MONEY_OFF, _Kind.PERCENT_OFF):
        yield "budget_amount", "no_amount", "these have no amount of their own: limit the stock"


def _life(kind: CouponType) -> Iterator[Problem]:
    if kind.validity == _Validity.FIXED:
        if kind.valid_until is None:
            yield "valid_until", "no_end", "say until when they are valid"
        elif kind.valid_from is not None and kind.valid_until <= kind.valid_from:
            yield "valid_until", "ends_before_it_begins", "it must end after it begins"
    elif not 1 <= kind.valid_days <= MOST_DAYS:
        yield "valid_days", "no_days", "say how many days they are valid"
    elif kind.valid_from is not None or kind.valid_until is not None:
        yield "valid_from", "two_lives", "counted in days they have no dates: leave these empty"


def _claims(kind: CouponType) -> Iterator[Problem]:
    begins, ends = kind.claim_from, kind.claim_until
    if begins is not None and ends is not None and ends <= begins:
        yield "claim_until", "ends_before_it_begins", "it must end after it begins"
    for field in ("limit_member", "limit_member_day"):
        if getattr(kind, field) == 0:
            yield field, "nothing_left", "with 0 nobody ever gets one: leave it empty"


def _public_code(kind: CouponType) -> Iterator[Problem]:
    if kind.public_code is None:
        return
    if kind.public_code != rules.normalize(kind.public_code):
        yield "public_code", "not_normalized", "write it in capitals, without blanks and hyphens"
    if len(kind.public_code) < SHORTEST_PUBLIC_CODE:
        yield "public_code", "too_short", f"it has at least {SHORTEST_PUBLIC_CODE} signs"
    if Coupon.objects.filter(code=kind.public_code).exists():
        yield "public_code", "taken", "a coupon has this code: choose another one"
