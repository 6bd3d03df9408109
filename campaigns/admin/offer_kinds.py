"""Kinds of offers as a gallery, and which fields each of them asks for."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _

from campaigns.admin.choice_cards import Card
from campaigns.models import Offer
from loyalty.models import Stacking

_Kind, _Form = Offer.Kind, Offer.Form

KINDS: Mapping[str, Card] = {
    _Kind.STEPPED: Card(_("Spend 100, save 20; spend 200, save 50."), "trending_up"),
    _Kind.GIFT: Card(_("Spend 200 and get a mug, or a coupon."), "redeem"),
    _Kind.LIMITED_PRICE: Card(_("Chosen products at another price for a while."), "timer"),
    _Kind.MEMBER_PRICE: Card(_("Who shows a member's card pays less."), "card_membership"),
    _Kind.BUNDLE: Card(_("Several products together for one price."), "package_2"),
    _Kind.NTH_ITEM: Card(_("The second piece at half the price."), "filter_2"),
    _Kind.FREE_SHIPPING: Card(_("No freight, or freight up to an amount."), "local_shipping"),
    _Kind.FIRST_ORDER: Card(_("A welcome on a member's first purchase."), "waving_hand"),
    _Kind.MULTIPLIER: Card(_("Twice the points: becomes an earning rule."), "stars"),
}
STACKING: Mapping[str, Card] = {
    Stacking.STACKABLE: Card(_("May apply beside other offers and coupons.")),
    Stacking.BEST_OF: Card(_("Of a group that you name, the one that saves most counts.")),
    Stacking.EXCLUSIVE: Card(_("Applies only if no other does; the better for the customer wins.")),
}

# Of the whole cart, of pieces, and of those the ones that may have a price of their own.
STEPPED = frozenset({_Kind.STEPPED, _Kind.GIFT})
LOWERING = frozenset(
    {_Kind.LIMITED_PRICE, _Kind.MEMBER_PRICE, _Kind.BUNDLE, _Kind.NTH_ITEM, _Kind.FIRST_ORDER}
)
# What has one price of its own; a whole purchase has none.
PRICED = LOWERING - {_Kind.FIRST_ORDER}
_ALL = frozenset(_Kind)
_FORMED = LOWERING | {_Kind.STEPPED}
_COUNTED = _ALL - {_Kind.MULTIPLIER}

FORMS: Mapping[str, Card] = {
    _Form.AMOUNT_OFF: Card(_("So much money less.")),
    _Form.PERCENT_OFF: Card(_("A part of a hundred less.")),
    _Form.PRICE: Card(_("It costs exactly this."), shown_when=f"kind={','.join(sorted(PRICED))}"),
}

# (kinds, forms or none of them) that a field is asked for; all others are asked always.
ASKED: Mapping[str, tuple[frozenset[Any], frozenset[Any]]] = {
    "form": (_FORMED, frozenset()),
    "amount": (LOWERING, frozenset({_Form.AMOUNT_OFF, _Form.PRICE})),
    "off_basis_points": (LOWERING, frozenset({_Form.PERCENT_OFF})),
    "cap_amount": (frozenset({_Kind.STEPPED, _Kind.FIRST_ORDER, _Kind.FREE_SHIPPING}), frozenset()),
    "steps": (STEPPED, frozenset()),
    "is_repeated": (STEPPED, frozenset()),
    "parts": (frozenset({_Kind.BUNDLE}), frozenset()),
    "nth": (frozenset({_Kind.NTH_ITEM}), frozenset()),
    "max_times": (STEPPED | PRICED, frozenset()),
    "multiplier_percent": (frozenset({_Kind.MULTIPLIER}), frozenset()),
    "min_amount": (_ALL - STEPPED, frozenset()),
    "min_quantity": (_ALL - STEPPED, frozenset()),
    "stacking": (_COUNTED, frozenset()),
    "limit_member": (_COUNTED, frozenset()),
    "limit_member_day": (_COUNTED, frozenset()),
    "limit_count": (_COUNTED, frozenset()),
    "budget_amount": (_COUNTED - {_Kind.GIFT}, frozenset()),
}  # fmt: skip


def is_asked(name: str, kind: Any, form: Any) -> bool:
    """Whether the form of an offer of this kind asks for the field."""
    kinds, forms = ASKED.get(name, (_ALL, frozenset()))
    return kind in kinds and (not forms or form in forms)


def shown_when(name: str) -> str:
    """The same for static/console/shown_when.js; empty for what is always asked."""
    if name == "stacking_group":
        return f"stacking={Stacking.BEST_OF}&{shown_when('stacking')}"
    kinds, forms = ASKED.get(name, (_ALL, frozenset()))
    if kinds == _ALL:
        return ""
    told = f"kind={','.join(sorted(kinds))}"
    return f"{told}&form={','.join(sorted(forms))}" if forms else told
