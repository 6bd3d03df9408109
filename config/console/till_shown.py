"""A turn as the page shows it: the cart priced, the member's card, the choice, the receipt."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from config.console import (
    cards,
    till_carts,
    till_finds,
    till_paying,
    till_quotes,
    till_receipts,
    till_sales,
)
from config.console.cards import Hit
from config.console.till_carts import Cart
from config.console.till_desks import Desk
from config.console.till_finds import Found
from config.console.till_quotes import Shown
from config.console.till_turns import Turn
from loyalty.models import Order
from members.admin import dialogs
from members.errors import DomainError
from members.models import Member


@dataclass(frozen=True)
class Choice:
    """One of the things that a text may be; `act` is what its button sends."""

    act: str
    icon: str
    kind: str
    name: str
    detail: str = ""
    hit: Hit | None = None


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
        "choices": _choices(turn, desk),
        "form": turn.form,
        "fill": turn.fill,
        "card": _card(cart, desk),
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


def _card(cart: Cart, desk: Desk) -> cards.Card | None:
    member = Member.objects.filter(uid=cart.member).first() if cart.member else None
    if member is None:
        return None
    return cards.card(member=member, operator=desk.operator, at=desk.at)


def _choices(turn: Turn, desk: Desk) -> list[Choice]:
    found = turn.found
    if turn.amount:
        price = desk.price(turn.amount)
        return [Choice(f"amount:{turn.amount}", "payments", _("Amount"), price)]
    if not turn.cart.pending:
        return []
    if found is None:
        # Asked in an earlier turn, and still open.
        store_id = desk.store.pk if desk.store else 0
        found = till_finds.everything(
            words=turn.cart.pending, operator=desk.operator, store_id=store_id
        )
    return [*_members(found.members), *_things(found, desk)]


def _members(members: Sequence[Member]) -> list[Choice]:
    return [
        Choice(
            f"pick:member:{hit.member.uid}",
            "person",
            _("Member"),
            hit.name or _("No name"),
            f"{hit.member.card_number} {hit.phone}".strip(),
            hit,
        )
        for hit in cards.hits(members=members)
    ]


def _things(found: Found, desk: Desk) -> list[Choice]:
    things = []
    if found.product is not None:
        product = found.product
        price = product.list_price_amount
        detail = f"{product.sku} {desk.price(price) if price is not None else ''}".strip()
        things.append(
            Choice("pick:product", "shopping_bag", _("Goods"), product.name or product.sku, detail)
        )
    if found.coupon:
        things.append(Choice("pick:coupon", "sell", _("Coupon"), found.coupon))
    if found.order is not None:
        things.append(Choice("pick:order", "receipt_long", _("Order"), found.order.external_id))
    return things


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
