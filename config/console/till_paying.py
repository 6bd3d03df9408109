"""From the cart to the order: the price is made firm, the money comes in, the sale is recorded."""

from dataclasses import replace
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from campaigns.errors import QuoteChanged, QuoteLockConflict
from campaigns.models import QuoteLock
from campaigns.services import quote_locks
from campaigns.services.quote_locks import LockDocument
from campaigns.services.quote_tokens import BadQuote
from config.console import till_quotes, till_sales
from config.console.till_carts import Cart
from config.console.till_desks import Desk
from config.console.till_sales import AlreadySold, Payment
from config.console.till_turns import Turn
from members.admin import dialogs
from members.errors import DomainError


def pay(turn: Turn, desk: Desk, argument: str) -> Turn:
    """The customer wants to pay: coupons, budgets and points of what was shown are reserved, or
    it is said that they can't be had any more.

    Raises: AlreadySold.
    """
    cart = turn.cart
    if not cart.lines or desk.store is None:
        return turn.bad(_("Nothing to pay"), _("Scan goods, or type an amount such as 58.50."))
    if cart.pending:
        reason = _("Choose first what “%(pending)s” is, or press Esc.")
        return turn.bad(_("Not yet"), reason % {"pending": cart.pending})
    if cart.is_paying:
        return turn
    try:
        lock = _lock(cart, desk)
    except (QuoteChanged, BadQuote):
        return _changed(turn, desk)
    if lock["state"] != QuoteLock.State.OPEN:
        return _changed(turn, desk)
    hold = lock["points_hold"] or ""
    return replace(turn, cart=replace(cart, is_paying=True, lock=lock["id"], points_hold=hold))


def back(turn: Turn, desk: Desk, argument: str) -> Turn:
    """Not yet: what was reserved is free again, and the cart goes on."""
    let_go(turn.cart, desk)
    cart = replace(turn.cart, is_paying=False, lock="", points_hold="")
    return replace(turn, cart=cart)


def interrupted(turn: Turn, desk: Desk) -> Turn:
    """One more thing was scanned while the customer was about to pay."""
    return back(turn, desk, "") if turn.cart.is_paying else turn


def let_go(cart: Cart, desk: Desk) -> None:
    """Frees what a cart that was being paid had reserved; what was sold stays sold."""
    if not cart.lock or desk.store is None:
        return
    try:
        quote_locks.release(lock_uid=UUID(cart.lock), source=desk.sender, at=desk.at)
    except DomainError:
        # Its order is recorded, or nothing was reserved: there is nothing to free.
        return


def sell(turn: Turn, desk: Desk, method: str) -> Turn:
    """The money is in: the order is recorded, once for each cart."""
    cart = turn.cart
    if not cart.is_paying or method not in till_sales.METHODS or desk.store is None:
        return turn.bad(_("Not sold"), _("Press “Pay” first."))
    payment = Payment(method, desk.store, desk.sender, desk.operator.get_username())
    try:
        sold = till_sales.sell(cart=cart, payment=payment, at=desk.at)
    except DomainError as error:
        return turn.bad(_("Not sold"), dialogs.refusal(error))
    return Turn(desk.new_cart(), sold=sold)


def quote(cart: Cart, desk: Desk) -> dict[str, Any]:
    """The quote of a cart at this till.

    Raises: what the quote refuses.
    """
    assert desk.store is not None
    return till_quotes.quote(
        cart=cart, store=desk.store, sender=desk.sender, currency=desk.currency, at=desk.at
    )


def _lock(cart: Cart, desk: Desk) -> dict[str, Any]:
    """Raises: QuoteChanged, BadQuote, AlreadySold."""
    assert desk.store is not None
    number = till_sales.number_of(cart, desk.store)
    document = LockDocument(quote_id=cart.quote_id, external_id=number)
    try:
        return quote_locks.create(lock=document, source=desk.sender, at=desk.at)
    except QuoteLockConflict:
        if till_sales.recorded_as(number, desk.sender) is not None:
            raise AlreadySold from None
    # An older page of this cart was left while it was being paid.
    left = QuoteLock.objects.filter(
        source=desk.sender.name, external_id=number, state=QuoteLock.State.OPEN
    )
    for uid in left.values_list("uid", flat=True):
        quote_locks.release(lock_uid=uid, source=desk.sender, at=desk.at)
    return quote_locks.create(lock=document, source=desk.sender, at=desk.at)


def _changed(turn: Turn, desk: Desk) -> Turn:
    """What was shown can't be kept: the page shows what it costs now, and says the difference."""
    before = turn.cart.payable_amount
    now = quote(turn.cart, desk)["payable_amount"]
    text = _("Not yet: something has changed")
    if now == before:
        return turn.bad(text, _("Please look at the cart once more, then pay."))
    words = {"before": desk.price(before), "now": desk.price(now)}
    return turn.bad(text, _("It was %(before)s and is %(now)s now.") % words)
