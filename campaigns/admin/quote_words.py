"""What a quote says, in the words of those who read it to the customer: what applies and what it
does, what doesn't and why. Both take rows as `POST /quotes` answers them, and as settled orders
name them in `settled` and `refused`."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import get_language, gettext_lazy, ngettext
from django.utils.translation import gettext as _

from loyalty.admin import amount_fields
from loyalty.rules import money
from members.admin import condition_sentences

# Reasons without figures. A code that isn't here is shown as it is: nothing is hidden.
REASONS: Mapping[str, Any] = {
    "lower_value": gettext_lazy(
        "Something else lowers the price more, and they don't go together."
    ),
    "excluded_by": gettext_lazy("It doesn't go together with another discount of this purchase."),
    "min_spend": gettext_lazy("The purchase is too small for it."),
    "min_quantity": gettext_lazy("There are too few pieces for it."),
    "scope": gettext_lazy("None of these goods are part of it."),
    "budget": gettext_lazy("Its budget is used up."),
    "limit": gettext_lazy("It has been used as often as it may be."),
    "not_yet": gettext_lazy("It has not begun."),
    "expired": gettext_lazy("It is over."),
    "store": gettext_lazy("It does not hold in this store."),
    "channel": gettext_lazy("It does not hold in this channel."),
    "tier": gettext_lazy("It is for members of another tier."),
    "tag": gettext_lazy("It is for members with another tag."),
    "member": gettext_lazy("It is not for this customer: it may ask for a member's card."),
    "time": gettext_lazy("It does not hold at this time."),
    "margin": gettext_lazy("The price would fall below the least that these goods are sold for."),
    "not_found": gettext_lazy("There is no such code: check it letter by letter."),
    "redeemed": gettext_lazy("It has been used already."),
    "locked": gettext_lazy("It is held for another purchase that is being paid."),
    "void": gettext_lazy("It was withdrawn."),
    "not_yours": gettext_lazy("It belongs to another member."),
    "currency": gettext_lazy("It holds in another currency."),
    # Of orders: what was promised or paid with, and could not be kept.
    "insufficient_points": gettext_lazy("There were not enough points."),
    "hold_expired": gettext_lazy("The time was over for which the points were held."),
    "hold_not_open": gettext_lazy("The points were no longer held."),
    "member_not_found": gettext_lazy("There is no such member."),
    "not_supported": gettext_lazy("Nothing here knows this quote."),
    "quote_changed": gettext_lazy("Its prices no longer held."),
    "bad_quote": gettext_lazy("It can't be read, or was changed on its way."),
    "quote_not_yours": gettext_lazy("It was given to somebody else."),
}
# Where an order or a lock names what it refused, the codes say of what.
_PREFIXES = ("coupon_", "offer_")


def name(row: Mapping[str, Any]) -> str:
    """The discount's name in the reader's language, else its code."""
    in_chinese, in_english = row.get("name_zh") or "", row.get("name_en") or ""
    is_chinese = (get_language() or "zh").startswith("zh")
    own, other = (in_chinese, in_english) if is_chinese else (in_english, in_chinese)
    return str(own or other or row.get("code") or row.get("coupon") or row.get("offer") or "")


def reason(
    rejected: Mapping[str, Any],
    *,
    currency: str = "",
    names: Mapping[str, str] | None = None,
) -> str:
    """Why this one doesn't apply: `12.00 more of these goods are needed.` `currency` is that of
    the quote, the programme's when it isn't given; `names` those of other discounts by code."""
    code = _bare(str(rejected.get("reason") or ""), str(rejected.get("code") or ""))
    figures = rejected.get("figures") or {}
    if code == "min_spend" and figures.get("missing_amount"):
        amount = money.text(figures["missing_amount"], currency or amount_fields.currency())
        return _("%(amount)s more of these goods are needed.") % {"amount": amount}
    if code == "min_quantity" and figures.get("missing_quantity"):
        return _missing_pieces(figures["missing_quantity"])
    if code in ("excluded_by", "lower_value") and figures.get("excluded_by"):
        return _against(code, str(figures["excluded_by"]), names or {})
    return str(REASONS.get(code, code))


def discount(applied: Mapping[str, Any], *, currency: str = "") -> str:
    """What this one does to the cart: `20.00 off`, `1 × MUG as a gift`, `Points × 2`."""
    currency = currency or amount_fields.currency()
    shipping = applied.get("shipping_amount") or 0
    goods = (applied.get("amount") or 0) - shipping
    told = []
    if goods:
        told.append(_("%(amount)s off") % {"amount": money.text(goods, currency)})
    if shipping:
        told.append(_("%(amount)s off the freight") % {"amount": money.text(shipping, currency)})
    told += [gift(one) for one in applied.get("gifts") or ()]
    factor = applied.get("multiplier_percent") or applied.get("multiplier") or 100
    if factor != 100:
        told.append(_("Points × %(factor)s") % {"factor": f"{factor / 100:g}"})
    text = condition_sentences.both(told) or _("nothing off")
    times = applied.get("times") or 1
    if times > 1:
        text = _("%(discount)s, %(count)s times") % {"discount": text, "count": times}
    return text


def gift(given: Mapping[str, Any]) -> str:
    """`2 × MUG as a gift`, `coupon WELCOME as a gift`."""
    quantity = given.get("quantity") or 1
    if given.get("sku"):
        values = {"count": f"{quantity:,}", "sku": given["sku"]}
        return _("%(count)s × %(sku)s as a gift") % values
    coupon = given.get("coupon_type") or given.get("code") or ""
    if quantity > 1:
        values = {"count": f"{quantity:,}", "coupon": coupon}
        return _("%(count)s coupons “%(coupon)s” as a gift") % values
    return _("a coupon “%(coupon)s” as a gift") % {"coupon": coupon}


def _bare(found: str, code: str) -> str:
    """`coupon_redeemed` and `redeemed` are one reason; a refusal has it in `code`."""
    text = found or code
    for prefix in _PREFIXES:
        if text.startswith(prefix) and text.removeprefix(prefix) in REASONS:
            return text.removeprefix(prefix)
    return text


def _missing_pieces(count: Any) -> str:
    text = ngettext(
        "%(count)s more piece of these goods is needed.",
        "%(count)s more pieces of these goods are needed.",
        int(float(count)) if str(count).replace(".", "", 1).isdigit() else 2,
    )
    return text % {"count": count}


def _against(code: str, other: str, names: Mapping[str, str]) -> str:
    values = {"other": names.get(other) or other}
    if code == "lower_value":
        return _("“%(other)s” lowers the price more, and they don't go together.") % values
    return _("It doesn't go together with “%(other)s”.") % values
