"""What was scanned or typed into the box, done: a line, the member, a coupon, or a question."""

from dataclasses import replace
from decimal import Decimal

from django.utils.translation import gettext as _

from config.console import (
    till_carts,
    till_choices,
    till_finds,
    till_rewards,
    till_typed,
    till_words,
)
from config.console.enrollment import EnrollForm
from config.console.till_carts import AMOUNT_SKU, Item
from config.console.till_desks import Desk
from config.console.till_finds import Found
from config.console.till_turns import Turn
from config.console.till_typed import BadAmount, Typed
from loyalty.models import Product
from loyalty.selectors import products
from members.admin import dialogs
from members.errors import DomainError
from members.models import Member
from members.rules import card_codes

_LONGEST_SKU = 64
_LONGEST_NAME = 120
_MOST_AMOUNT_DIGITS = 6


def scan(turn: Turn, desk: Desk, text: str) -> Turn:
    """The turn after one scan. What can't be done says why, and changes nothing."""
    try:
        typed = till_typed.read(text, desk.digits)
    except BadAmount:
        reason = _("Amounts have at most %(count)s digits after the point.")
        return turn.bad(_("Not taken: %(text)s") % {"text": text}, reason % {"count": desk.digits})
    if not typed.words:
        return turn.bad(_("Nothing typed"), _("Scan goods or a card, or type an amount."))
    try:
        if typed.amount is not None:
            return add_amount(turn, desk, typed.amount, typed.quantity or Decimal(1))
        if typed.quantity is not None or typed.price is not None:
            return _counted(turn, desk, typed)
        return look_up(turn, desk, typed.words)
    except DomainError as error:
        return turn.bad(_("Not taken: %(text)s") % {"text": typed.words}, dialogs.refusal(error))


def look_up(turn: Turn, desk: Desk, words: str) -> Turn:
    """Words that are neither money nor counted: whatever is known under them.

    Raises: LineRefused, TooManyGuesses.
    """
    found = till_finds.everything(
        words=words, operator=desk.operator, store_id=_store_id(desk), at=desk.at
    )
    if found.count == 0:
        return _nothing(turn, desk, words)
    if found.count > 1:
        return _several(turn, desk, found, words)
    if found.members:
        return attach(turn, found.members[0])
    if found.product is not None:
        return add_product(turn, desk, found.product, Typed(words))
    if found.order is not None:
        return replace(turn, order=found.order)
    if found.redemption is not None:
        return till_rewards.show(turn, desk, found.redemption)
    return enter(turn, found.coupon)


def attach(turn: Turn, member: Member) -> Turn:
    """The cart is this member's."""
    if member.state != Member.State.ACTIVE:
        reason = _("This membership is not active: %(state)s.")
        return turn.bad(_("Not taken"), reason % {"state": member.get_state_display()})
    uid = str(member.uid)
    text = _("Another member") if turn.cart.member not in ("", uid) else _("Member found")
    return replace(turn, cart=replace(turn.cart, member=uid), member=member).good(text)


def enter(turn: Turn, code: str) -> Turn:
    """The cart with this code; whether it applies, the quote says.

    Raises: LineRefused.
    """
    cart = till_carts.enter(turn.cart, code)
    return replace(turn, cart=cart, entered=(*turn.entered, code))


def add_amount(turn: Turn, desk: Desk, amount: int, quantity: Decimal) -> Turn:
    """A line that is money and no product.

    Raises: LineRefused.
    """
    return _add(turn, desk, Item(AMOUNT_SKU, _("Amount"), amount), quantity)


def add_product(turn: Turn, desk: Desk, product: Product, typed: Typed) -> Turn:
    """So many of a product of the catalogue, at its price. One without a price asks for it.

    Raises: LineRefused.
    """
    name = product.name or product.sku
    if not product.is_active:
        return turn.bad(_("Not sold any more: %(name)s") % {"name": name})
    price = product.list_price_amount
    if price is None:
        price = typed.price
    elif typed.price is not None and typed.price != price:
        reason = _("The catalogue says %(price)s; only goods without a price take one here.")
        return turn.bad(
            _("Not taken: %(text)s") % {"text": name}, reason % {"price": desk.price(price)}
        )
    if price is None:
        return _ask_price(turn, name, product.sku, typed.quantity)
    item = Item(product.sku, name, price, product.category, product.brand)
    return _add(turn, desk, item, typed.quantity or Decimal(1))


def _counted(turn: Turn, desk: Desk, typed: Typed) -> Turn:
    product = products.by_sku(typed.words)
    if product is not None:
        return add_product(turn, desk, product, typed)
    if typed.price is None:
        reason = _("It is not in the catalogue. With its price it can be sold: %(example)s")
        return turn.bad(
            _("No product: %(text)s") % {"text": typed.words},
            reason % {"example": f"{typed.words}@12.50"},
        )
    item = Item(typed.words[:_LONGEST_SKU], typed.words[:_LONGEST_NAME], typed.price)
    return _add(turn, desk, item, typed.quantity or Decimal(1))


def _add(turn: Turn, desk: Desk, item: Item, quantity: Decimal) -> Turn:
    if desk.store is None:
        return turn.bad(_("Not taken"), _("Choose first which store this till stands in."))
    if not 0 < item.unit_price_amount <= till_carts.MOST_UNIT_AMOUNT:
        most = desk.price(till_carts.MOST_UNIT_AMOUNT)
        reason = _("A price is more than zero and at most %(most)s.") % {"most": most}
        return turn.bad(_("Not taken: %(text)s") % {"text": item.name}, reason)
    cart = till_carts.add(turn.cart, item, quantity)
    words = {
        "name": item.name,
        "quantity": till_carts.plain(quantity),
        "price": desk.price(item.unit_price_amount),
    }
    return replace(turn, cart=cart).good(_("%(quantity)s × %(name)s, %(price)s each") % words)


def _ask_price(turn: Turn, name: str, sku: str, quantity: Decimal | None) -> Turn:
    fill = f"{till_carts.plain(quantity)}*{sku}@" if quantity is not None else f"{sku}@"
    asked = replace(turn, fill=fill)
    reason = _("The catalogue has no price for it: type it after the @, then Enter.")
    return asked.open(_("What does it cost: %(name)s?") % {"name": name}, reason)


def _several(turn: Turn, desk: Desk, found: Found, words: str) -> Turn:
    if turn.cart.pending and turn.cart.pending != words:
        reason = _("Choose first what “%(pending)s” is, or press Esc.")
        return turn.bad(
            _("Not taken: %(text)s") % {"text": words}, reason % {"pending": turn.cart.pending}
        )
    cart = replace(turn.cart, pending=words, choices=till_choices.of(found, desk))
    return replace(turn, cart=cart)


def _nothing(turn: Turn, desk: Desk, words: str) -> Turn:
    if card_codes.looks_like(words):
        return turn.bad(till_words.code_is_over(), till_words.ask_for_a_fresh_code())
    text = _("Not found: %(text)s") % {"text": words}
    may_enroll = desk.operator.has_perm("members.add_member")
    reason = till_words.could_be(words, may_enroll=may_enroll)
    amount = _as_amount(words, desk)
    if amount:
        question = _("Or is it an amount? With a point it always is: 58.50")
        asked = replace(turn, choices=(till_choices.amount(amount, desk),))
        return asked.open(text, f"{reason} {question}")
    told = turn.bad(text, reason)
    if not (may_enroll and till_words.enrolls_as(words)):
        return told
    if turn.cart.lines:
        # The queue goes on; who wants to enroll presses the button.
        return replace(told, choices=(till_choices.enrollment(words),))
    return replace(told, form=enroll_form(desk, words))


def enroll_form(desk: Desk, words: str) -> EnrollForm:
    """The form with what was typed in its field."""
    field = till_words.enrolls_as(words)
    return EnrollForm(initial={field: words} if field else {}, operator=desk.operator)


def _as_amount(words: str, desk: Desk) -> int | None:
    """What a few digits would be as money."""
    if not words.isdecimal() or len(words) > _MOST_AMOUNT_DIGITS:
        return None
    return till_typed.money(words, desk.digits, is_certain=False)


def _store_id(desk: Desk) -> int:
    return desk.store.pk if desk.store else 0
