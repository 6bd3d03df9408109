"""What the counter says when nothing is known under what was typed."""

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from config.console import till_typed

_COULD_BE: dict[str, Any] = {
    "phone": gettext_lazy("a phone number that no member has"),
    "card": gettext_lazy("a card of nobody"),
    "barcode": gettext_lazy("a bar code of goods that are not in the catalogue"),
    "coupon": gettext_lazy("a coupon with a letter misread"),
    "order": gettext_lazy("an order of another store"),
    "name": gettext_lazy("a name, which is found whole or by its first character"),
    "sku": gettext_lazy("goods that are not in the catalogue"),
}


def could_be(words: str, *, may_enroll: bool) -> str:
    """`It could be a phone number that no member has, or a card of nobody. Check it …`"""
    kinds = till_typed.looks_like(words)
    things = [str(_COULD_BE[kind]) for kind in kinds]
    told = _("It could be %(things)s.") % {"things": _(", or ").join(things)}
    return " ".join([told, *_next_steps(words, kinds, may_enroll=may_enroll)])


def enrolls_as(words: str) -> str:
    """The field of the enrollment form that these words fill: `phone`, `name` or ""."""
    kinds = till_typed.looks_like(words)
    if "barcode" in kinds:
        return ""
    return next((kind for kind in kinds if kind in ("phone", "name")), "")


def _next_steps(words: str, kinds: list[str], *, may_enroll: bool) -> list[str]:
    steps = []
    if "sku" in kinds or "barcode" in kinds:
        steps.append(_("Goods can be sold with their price: %(text)s@12.50.") % {"text": words})
    if may_enroll and enrolls_as(words):
        steps.append(_("A new customer can be enrolled here."))
    return steps


def code_is_over() -> str:
    """Of a code on a member's phone that is older than a minute, or not one of ours."""
    return _("This code is over")


def ask_for_a_fresh_code() -> str:
    return _("The app shows a new one each minute: have the customer open their card again.")
