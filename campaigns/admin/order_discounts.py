"""An order's offers and coupons on its page: what each took off, what came back, what was not
honored and why."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from campaigns.admin import quote_words
from campaigns.models import OfferUse
from loyalty.admin import order_sections
from loyalty.admin.order_sections import Told
from loyalty.models import Coupon, Order
from loyalty.rules import money

_WHAT: Mapping[str, Any] = {
    "coupon": gettext_lazy("Coupon %(code)s"),
    "offer": gettext_lazy("Offer %(code)s"),
    "quote": gettext_lazy("The quote"),
    "gift": gettext_lazy("A gift of %(code)s"),
    "points": gettext_lazy("Points"),
    "points_hold": gettext_lazy("Held points"),
    "member": gettext_lazy("The member"),
}


def register() -> None:
    """Called by `apps.ready`."""
    order_sections.add_teller(told)


def told(order: Order) -> Told:
    """Two statements; rows of an order are few."""
    answer = order.answer or {}
    uses = list(OfferUse.objects.filter(order_id=order.pk).select_related("offer").order_by("pk"))
    coupons = Coupon.objects.filter(order_id=order.pk).select_related("type").order_by("pk")
    return Told(
        applied=(
            *(_offer(use, order.currency) for use in uses),
            *(_coupon(coupon, order.currency) for coupon in coupons),
        ),
        refused=tuple(_refused(row) for row in answer.get("refused") or ()),
    )


def _offer(use: OfferUse, currency: str) -> str:
    name = use.offer.name if use.offer else use.code
    told = [_("Offer “%(name)s”: %(effect)s") % {"name": name, "effect": _effect(use, currency)}]
    if use.returned_amount:
        amount = money.text(use.returned_amount, currency)
        told.append(_("%(amount)s given back by returns") % {"amount": amount})
    if use.state == OfferUse.State.REFUSED:
        told.append(_("given although its budget or limit was used up"))
    return "; ".join(told)


def _effect(use: OfferUse, currency: str) -> str:
    parts = []
    if use.amount:
        parts.append(_("%(amount)s off") % {"amount": money.text(use.amount, currency)})
    if use.coupon_ids:
        count = len(use.coupon_ids)
        text = ngettext("%(count)s coupon as a gift", "%(count)s coupons as a gift", count)
        parts.append(text % {"count": count})
    return ", ".join(parts) or _("nothing off")


def _coupon(coupon: Coupon, currency: str) -> str:
    values = {
        "name": coupon.type.name,
        "code": coupon.code,
        "amount": money.text(coupon.discount_amount, currency),
    }
    if coupon.discount_amount:
        return _("Coupon “%(name)s” (%(code)s): %(amount)s off") % values
    return _("Coupon “%(name)s” (%(code)s)") % values


def _refused(row: Mapping[str, Any]) -> str:
    what = str(row.get("what") or "")
    code = row.get("coupon") or row.get("offer") or row.get("coupon_type") or ""
    named = str(_WHAT.get(what, what)) % {"code": code}
    return _("%(what)s: %(reason)s") % {"what": named, "reason": quote_words.reason(row)}
