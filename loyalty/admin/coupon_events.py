"""What the events of coupons say on the timeline."""

from collections.abc import Callable
from typing import Any

from django.utils.translation import gettext as _

from loyalty.rules import money
from members.registry.sentences import BAD, GOOD, Sentence

TAB = "coupons"


def _granted(payload: dict[str, Any], names: Any) -> Sentence:
    return _said(_("Was given the coupon “%(coupon)s”"), payload, names, "redeem", GOOD)


def _claimed(payload: dict[str, Any], names: Any) -> Sentence:
    return _said(_("Claimed the coupon “%(coupon)s”"), payload, names, "add_card", GOOD)


def _redeemed(payload: dict[str, Any], names: Any) -> Sentence:
    order = names.orders.get(payload.get("order_id"))
    details = []
    if payload.get("discount_amount"):
        amount = money.text(payload["discount_amount"], names.currency)
        details.append(_("took off %(amount)s") % {"amount": amount})
    if order is not None:
        details.append(_("Order %(number)s") % {"number": order.external_id})
    return Sentence(
        text=_("Used the coupon “%(coupon)s”") % {"coupon": _name(payload, names)},
        details=tuple(details),
        icon="confirmation_number",
        tone=GOOD,
        tab=TAB,
    )


def _returned(payload: dict[str, Any], names: Any) -> Sentence:
    text = _("The coupon “%(coupon)s” came back with the return")
    return _said(text, payload, names, "redo", GOOD)


def _expired(payload: dict[str, Any], names: Any) -> Sentence:
    return _said(_("The coupon “%(coupon)s” expired"), payload, names, "hourglass_bottom", BAD)


def _voided(payload: dict[str, Any], names: Any) -> Sentence:
    return _said(_("The coupon “%(coupon)s” was withdrawn"), payload, names, "block", BAD)


def _transferred(payload: dict[str, Any], names: Any) -> Sentence:
    if payload["is_received"]:
        text = _("Received the coupon “%(coupon)s” from a friend")
        return _said(text, payload, names, "swap_horiz", GOOD)
    text = _("Gave the coupon “%(coupon)s” to a friend")
    return _said(text, payload, names, "swap_horiz", BAD)


def _said(text: str, payload: dict[str, Any], names: Any, icon: str, tone: str) -> Sentence:
    told = text % {"coupon": _name(payload, names)}
    return Sentence(text=told, icon=icon, tone=tone, tab=TAB)


def _name(payload: dict[str, Any], names: Any) -> str:
    code = str(payload["coupon_type"])
    return str(names.coupon_types.get(code, code))


TELL: dict[str, Callable[[dict[str, Any], Any], Sentence]] = {
    "loyalty.coupon.granted": _granted,
    "loyalty.coupon.claimed": _claimed,
    "loyalty.coupon.redeemed": _redeemed,
    "loyalty.coupon.returned": _returned,
    "loyalty.coupon.expired": _expired,
    "loyalty.coupon.voided": _voided,
    "loyalty.coupon.transferred": _transferred,
}
