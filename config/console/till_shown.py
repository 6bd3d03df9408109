"""A turn as the page shows it: the cart priced, the member's card, the choice, the receipt."""

from dataclasses import replace
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from config.console import (
    cards,
    till_carts,
    till_paying,
    till_quotes,
    till_receipts,
    till_sales,
)
from config.console.till_desks import Desk
from config.console.till_quotes import Shown
from config.console.till_turns import Turn
from loyalty.models import Order
from members.admin import dialogs
from members.errors import DomainError
from members.models import Member


def context(turn: Turn, desk: Desk) -> dict[str, Any]:
    """All that the templates of the till need."""
    turn, quoted = _priced(turn, desk)
    cart = turn.cart
    return {
        "desk": desk,
        "cart": cart,
        "currency": desk.currency,
        "cart_token": till_carts.sign(cart, desk.operator.pk),
        "results": turn.results,
        "choices": (*cart.choices, *turn.choices),
        "form": turn.form,
        "fill": turn.fill,
        "card": _card(turn, desk),
        "quote": quoted,
        "lines": quoted.lines if quoted else till_quotes.unpriced(cart),
        "methods": till_sales.METHODS.items(),
        "order_page": _page_of(turn.order),
        "order": turn.order,
        **_sale(turn),
    }


def _priced(turn: Turn, desk: Desk) -> tuple[Turn, Shown | None]:
    """The turn with its quote; what was just entered says whether it applies."""
    cart = turn.cart
    if not cart.lines or cart.is_paying or desk.store is None:
        return _before_goods(turn), None
    try:
        answer = till_paying.quote(cart, desk)
    except DomainError as error:
        unpriced = replace(cart, quote_id="", payable_amount=0)
        turn = replace(turn, cart=unpriced)
        return turn.bad(_("This cart has no price"), dialogs.refusal(error)), None
    shown = till_quotes.shown(cart, answer)
    turn = replace(turn, cart=till_quotes.noted(cart, answer))
    refused = {one.coupon: one for one in shown.refused}
    for code in turn.entered:
        if code in refused:
            turn = turn.bad(_("Coupon not used"), refused[code].why)
        else:
            turn = turn.good(_("Coupon taken"))
    return turn, shown


def _before_goods(turn: Turn) -> Turn:
    for _code in turn.entered:
        turn = turn.good(_("Coupon noted"), _("What it does is said once there are goods."))
    return turn


def _card(turn: Turn, desk: Desk) -> cards.Card | None:
    """The member's whole card while there are no goods, then as much as is needed to sell."""
    uid = turn.cart.member
    member = turn.member
    if uid and (member is None or str(member.uid) != uid):
        member = Member.objects.filter(uid=uid).first()
    if not uid or member is None:
        return None
    build = cards.brief if turn.cart.lines else cards.card
    return build(member=member, operator=desk.operator, at=desk.at)


def _page_of(order: Order | None) -> str:
    return reverse("admin:loyalty_order_change", args=[order.pk]) if order is not None else ""


def _sale(turn: Turn) -> dict[str, Any]:
    if turn.sold is None:
        return {}
    order = turn.sold.order
    return {
        "sold": turn.sold,
        "receipt": till_receipts.receipt(order=order),
        "refusals": till_receipts.refusals(order),
    }
