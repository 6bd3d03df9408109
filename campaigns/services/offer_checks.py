"""What an offer can't be, before anybody is asked to publish it."""

from collections.abc import Iterator, Mapping
from typing import Any

from campaigns.models import Offer
from campaigns.services import offer_steps
from campaigns.services.offer_steps import MOST_AMOUNT, Problem
from loyalty.models import Stacking
from loyalty.rules import cart_fields
from members.errors import DomainError
from members.rules import conditions

MOST_PARTS = 10
MOST_PIECES = 100
# 100 times the points is a slip of the keyboard.
MOST_TIMES_PERCENT = 10_000
_Kind, _Form = Offer.Kind, Offer.Form
# How each kind may lower prices. Steps say themselves what a reached one gives.
FORMS: Mapping[str, frozenset[str]] = {
    _Kind.STEPPED: frozenset({_Form.AMOUNT_OFF, _Form.PERCENT_OFF}),
    _Kind.FIRST_ORDER: frozenset({_Form.AMOUNT_OFF, _Form.PERCENT_OFF}),
    _Kind.LIMITED_PRICE: frozenset(_Form),
    _Kind.MEMBER_PRICE: frozenset(_Form),
    _Kind.BUNDLE: frozenset(_Form),
    _Kind.NTH_ITEM: frozenset(_Form),
}
_STEPPED = frozenset({_Kind.STEPPED, _Kind.GIFT})
_LIMITS = ("limit_member", "limit_member_day", "limit_count", "budget_amount")


class BadOffer(DomainError):
    """This offer can't be published as it is."""

    code = "bad_offer"
    status = 422


def check(offer: Offer) -> None:
    """Nothing, or a refusal that names the field, the problem and how to mend it. A query where
    steps give coupons.

    Raises: BadOffer; BadCondition, with the place in the tree.
    """
    conditions.parse(offer.condition, cart_fields.FIELDS)
    for field, problem, message in _problems(offer):
        raise BadOffer(message, field=field, problem=problem)


def _problems(offer: Offer) -> Iterator[Problem]:
    if offer.kind in FORMS and offer.form not in FORMS[offer.kind]:
        yield "form", "form_of_another_kind", "this kind of offer doesn't lower prices that way"
    if offer.kind in _STEPPED:
        yield from offer_steps.problems(offer)
    elif offer.kind in FORMS:
        yield from _lowering(offer)
    yield from _of_kind(offer)
    yield from _bounds(offer)
    yield from _limits(offer)
    if offer.stacking == Stacking.BEST_OF and not offer.stacking_group:
        yield "stacking_group", "no_group", "the best of which group? Name it"
    if offer.valid_until is not None and offer.valid_until <= offer.valid_from:
        yield "valid_until", "ends_before_it_begins", "the offer must end after it begins"


def _lowering(offer: Offer) -> Iterator[Problem]:
    """One price or one discount, for each piece, bundle or order."""
    if offer.form == _Form.PERCENT_OFF:
        if not 1 <= offer.off_basis_points <= 10_000:
            yield "off_basis_points", "out_of_range", "say how many percent: more than 0, up to 100"
    elif offer.form == _Form.AMOUNT_OFF and offer.amount < 1:
        yield "amount", "no_amount", "say how much it takes off"
    elif offer.amount < 1 and offer.kind != _Kind.NTH_ITEM:
        # The second piece may be free; a shop that sells everything for nothing made a slip.
        yield "amount", "no_amount", "say what it costs"


def _of_kind(offer: Offer) -> Iterator[Problem]:
    if offer.kind == _Kind.BUNDLE:
        yield from _parts(offer)
    if offer.kind == _Kind.NTH_ITEM and not 2 <= offer.nth <= MOST_PIECES:
        yield "nth", "out_of_range", f"every second piece is 2; at most {MOST_PIECES}"
    if offer.kind == _Kind.MULTIPLIER:
        yield from _multiplier(offer)


def _parts(offer: Offer) -> Iterator[Problem]:
    """Raises: BadCondition."""
    if not isinstance(offer.parts, list) or not 1 <= len(offer.parts) <= MOST_PARTS:
        yield "parts", "no_parts", f"a bundle has from 1 to {MOST_PARTS} parts"
        return
    pieces = 0
    for number, part in enumerate(offer.parts, 1):
        if not isinstance(part, dict) or set(part) - {"condition", "quantity"}:
            yield "parts", "unknown_field", f"part {number}: a condition and a quantity, no more"
            return
        conditions.parse(part.get("condition") or {}, cart_fields.LINE_FIELDS)
        quantity = part.get("quantity", 1)
        if not _is_whole(quantity) or not 1 <= quantity <= MOST_PIECES:
            yield "parts", "out_of_range", f"part {number}: from 1 to {MOST_PIECES} pieces"
            return
        pieces += quantity
    if pieces < 2:
        yield "parts", "one_piece", "a bundle is of two pieces at least"


def _is_whole(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _multiplier(offer: Offer) -> Iterator[Problem]:
    if not 0 <= offer.multiplier_percent <= MOST_TIMES_PERCENT:
        yield "multiplier_percent", "out_of_range", f"from 0 to {MOST_TIMES_PERCENT} %"
    if offer.multiplier_percent == 100:
        yield "multiplier_percent", "no_effect", "100 % changes nothing"
    for field in _LIMITS:
        if getattr(offer, field) is not None:
            message = "points have caps and budgets of their own: use an earning rule"
            yield field, "not_for_points", message


def _bounds(offer: Offer) -> Iterator[Problem]:
    for field in ("amount", "min_amount", "cap_amount", "budget_amount"):
        amount = getattr(offer, field)
        if amount is not None and not 0 <= amount <= MOST_AMOUNT:
            yield field, "out_of_range", f"an amount is from 0 to {MOST_AMOUNT} in minor units"
    if not 0 <= offer.min_quantity <= offer_steps.MOST_QUANTITY:
        yield "min_quantity", "out_of_range", f"from 0 to {offer_steps.MOST_QUANTITY} pieces"


def _limits(offer: Offer) -> Iterator[Problem]:
    for field in (*_LIMITS, "max_times", "cap_amount"):
        if getattr(offer, field) == 0:
            yield field, "nothing_left", "with 0 nobody ever gets it: leave it empty"
