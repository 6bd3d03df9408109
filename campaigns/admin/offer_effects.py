"""What an offer does to a cart, in words: the first half of its sentence."""

from collections.abc import Callable, Mapping
from typing import Any

from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from campaigns.models import Offer
from loyalty.admin import amount_fields, cart_fields, coupon_sentences
from loyalty.rules import money
from members.admin import condition_problems, condition_sentences
from members.registry.fields import Words
from members.rules import conditions
from members.rules.conditions import BadCondition

_Kind, _Form = Offer.Kind, Offer.Form


class SpokenWords(Words):
    """For reading alone: categories, brands and cities are called what they are, so that nobody
    need read which there are."""

    def choices(self, code: str) -> dict[Any, str]:
        return {} if self.of(code).is_open else super().choices(code)


class Teller:
    """Tells offers of one page: currency and the choices that conditions name are read once."""

    def __init__(self, currency: str = "") -> None:
        self.currency = currency or amount_fields.currency()
        self.words = SpokenWords(cart_fields.VOCABULARY)
        self.line_words = SpokenWords(cart_fields.LINES_VOCABULARY)

    def amount(self, value: int | None) -> str:
        """`¥20`, `¥19.90`"""
        return money.text(value or 0, self.currency, short=True)

    def effect(self, offer: Offer) -> str:
        """`Spend ¥100, save ¥20; spend ¥200, save ¥50`"""
        tell = _EFFECTS.get(offer.kind)
        return capfirst(tell(self, offer)) if tell else str(offer.get_kind_display())

    def condition(self, tree: Any, words: Words | None = None) -> str:
        """A scope in words; empty where it always holds.

        Raises: BadCondition.
        """
        words = words or self.words
        parsed = conditions.parse(tree or {}, words.vocabulary.fields)
        return condition_sentences.sentence(parsed, words)

    def lowered(self, offer: Offer) -> str:
        """`¥20 off`, `20 % off, at most ¥50`, `for ¥99`"""
        if offer.form == _Form.PRICE:
            return _("for %(amount)s") % {"amount": self.amount(offer.amount)}
        if offer.form == _Form.AMOUNT_OFF:
            text = _("%(amount)s off") % {"amount": self.amount(offer.amount)}
        else:
            text = coupon_sentences.off_text(offer.off_basis_points or 0)
        return self.capped(text, offer)

    def capped(self, text: str, offer: Offer) -> str:
        """With the most that it takes off a purchase."""
        if offer.cap_amount is None:
            return text
        values = {"discount": text, "amount": self.amount(offer.cap_amount)}
        return _("%(discount)s, at most %(amount)s") % values


def pieces(count: Any) -> str:
    """`1 piece`, `1,000 pieces`"""
    number = int(count or 0)
    return ngettext("%(count)s piece", "%(count)s pieces", number) % {"count": f"{number:,}"}


def _stepped(teller: Teller, offer: Offer) -> str:
    told = [_saving(teller, step, is_repeated=offer.is_repeated) for step in offer.steps or []]
    return teller.capped(_("; ").join(told) or _("no steps yet"), offer)


def _saving(teller: Teller, step: Mapping[str, Any], *, is_repeated: bool) -> str:
    points = step.get("off_basis_points") or 0
    off = coupon_sentences.off_text(points) if points else teller.amount(step.get("amount"))
    values = {"start": _start(teller, step), "off": off}
    if points:
        return _("from %(start)s on, %(off)s") % values
    if is_repeated:
        return _("for every %(start)s, save %(off)s") % values
    if step.get("min_quantity") and not step.get("min_amount"):
        return _("buy %(start)s, save %(off)s") % values
    return _("spend %(start)s, save %(off)s") % values


def _gifts(teller: Teller, offer: Offer) -> str:
    told = []
    for step in offer.steps or []:
        values = {"start": _start(teller, step), "gift": _gift(step)}
        pattern = (
            _("for every %(start)s, get %(gift)s")
            if offer.is_repeated
            else _("from %(start)s on, get %(gift)s")
        )
        told.append(pattern % values)
    return _("; ").join(told) or _("no steps yet")


def _gift(step: Mapping[str, Any]) -> str:
    values = {
        "count": f"{step.get('gift_quantity') or 1:,}",
        "sku": step.get("gift_sku", ""),
        "coupon": step.get("gift_coupon_type", ""),
    }
    if step.get("gift_coupon_type"):
        return _("%(count)s × coupon “%(coupon)s”") % values
    return _("%(count)s × %(sku)s") % values


def _start(teller: Teller, step: Mapping[str, Any]) -> str:
    """`¥200`, `3 pieces`, `¥200 and 3 pieces`"""
    parts = []
    if step.get("min_amount") or not step.get("min_quantity"):
        parts.append(teller.amount(step.get("min_amount")))
    if step.get("min_quantity"):
        parts.append(pieces(step["min_quantity"]))
    return condition_sentences.both(parts)


def _per_piece(teller: Teller, offer: Offer) -> str:
    return _("each piece %(discount)s") % {"discount": teller.lowered(offer)}


def _member_price(teller: Teller, offer: Offer) -> str:
    return _("for members: %(effect)s") % {"effect": _per_piece(teller, offer)}


def _bundle(teller: Teller, offer: Offer) -> str:
    told = [_part(teller, part) for part in offer.parts or []]
    values = {
        "parts": condition_sentences.together(told) or _("no parts yet"),
        "discount": teller.lowered(offer),
    }
    return _("bundle of %(parts)s: %(discount)s") % values


def _part(teller: Teller, part: Mapping[str, Any]) -> str:
    try:
        condition = teller.condition(part.get("condition"), teller.line_words)
    except BadCondition as problem:
        condition = condition_problems.text(problem)
    values = {"pieces": pieces(part.get("quantity") or 1), "condition": condition}
    if not condition:
        return _("%(pieces)s of any goods") % values
    return _("%(pieces)s (%(condition)s)") % values


def _nth_item(teller: Teller, offer: Offer) -> str:
    values = {"pieces": pieces(offer.nth), "discount": teller.lowered(offer)}
    return _("of every %(pieces)s the cheapest %(discount)s") % values


def _free_shipping(teller: Teller, offer: Offer) -> str:
    if offer.cap_amount is None:
        return _("free shipping")
    return _("freight of up to %(amount)s is free") % {"amount": teller.amount(offer.cap_amount)}


def _first_order(teller: Teller, offer: Offer) -> str:
    return _("the first purchase %(discount)s") % {"discount": teller.lowered(offer)}


def _multiplier(teller: Teller, offer: Offer) -> str:
    return _("Points × %(factor)s") % {"factor": f"{(offer.multiplier_percent or 0) / 100:g}"}


_EFFECTS: Mapping[str, Callable[[Teller, Offer], str]] = {
    _Kind.STEPPED: _stepped,
    _Kind.GIFT: _gifts,
    _Kind.LIMITED_PRICE: _per_piece,
    _Kind.MEMBER_PRICE: _member_price,
    _Kind.BUNDLE: _bundle,
    _Kind.NTH_ITEM: _nth_item,
    _Kind.FREE_SHIPPING: _free_shipping,
    _Kind.FIRST_ORDER: _first_order,
    _Kind.MULTIPLIER: _multiplier,
}
