"""What a button or a key of the till does, by the text that it sends: `more:2`, `drop-code:X`."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from decimal import Decimal, InvalidOperation
from uuid import UUID

from django.utils.translation import gettext as _

from config.console import (
    benefit_cards,
    till_carts,
    till_finds,
    till_paying,
    till_rewards,
    till_scanning,
)
from config.console.till_carts import LineRefused
from config.console.till_desks import Desk
from config.console.till_turns import Turn
from config.console.till_typed import Typed
from loyalty.rules import coupons
from loyalty.selectors import products
from members.admin import dialogs
from members.errors import DomainError, NotFound
from members.selectors import members

QUANTITY = "quantity-"
_MOST_CHARACTERS = 12


def act(turn: Turn, desk: Desk, sent: str) -> Turn:
    """The turn after a button. One that doesn't exist (any more) changes nothing."""
    verb, _colon, argument = sent.partition(":")
    do = _ACTS.get(verb)
    if do is None:
        return turn
    try:
        return do(turn, desk, argument)
    except DomainError as error:
        return turn.bad(_("Not taken"), dialogs.refusal(error))


def edit(turn: Turn, fields: Mapping[str, str]) -> Turn:
    """The turn after quantities were typed into the lines; one that is none changes nothing."""
    for line in turn.cart.lines:
        typed = fields.get(f"{QUANTITY}{line.line_id}", "").strip()
        if not typed or typed == line.shown_quantity:
            continue
        try:
            quantity = _quantity(typed)
            turn = replace(turn, cart=till_carts.change(turn.cart, line.line_id, quantity))
        except LineRefused as error:
            text = _("Quantity not changed: %(name)s") % {"name": line.item.name}
            turn = turn.bad(text, dialogs.refusal(error))
    return turn


def _quantity(typed: str) -> Decimal:
    try:
        quantity = Decimal(typed[:_MOST_CHARACTERS])
    except InvalidOperation:
        return till_carts.checked(Decimal(-1))
    if quantity.is_finite() and quantity == 0:
        return quantity
    return till_carts.checked(quantity if quantity.is_finite() else Decimal(-1))


def _more(turn: Turn, desk: Desk, line_id: str) -> Turn:
    return _by(turn, line_id, Decimal(1))


def _less(turn: Turn, desk: Desk, line_id: str) -> Turn:
    return _by(turn, line_id, Decimal(-1))


def _by(turn: Turn, line_id: str, step: Decimal) -> Turn:
    quantity = next(
        (line.quantity for line in turn.cart.lines if line.line_id == line_id), Decimal(1)
    )
    # 0.35 kg less one is none of it, not less than none.
    wanted = max(quantity + step, Decimal())
    return replace(turn, cart=till_carts.change(turn.cart, line_id, wanted))


def _remove(turn: Turn, desk: Desk, line_id: str) -> Turn:
    return replace(turn, cart=till_carts.change(turn.cart, line_id, Decimal()))


def _drop_member(turn: Turn, desk: Desk, argument: str) -> Turn:
    return replace(turn, cart=replace(turn.cart, member="", uses_points=False))


def _drop_code(turn: Turn, desk: Desk, code: str) -> Turn:
    codes = tuple(one for one in turn.cart.codes if one != code)
    return replace(turn, cart=replace(turn.cart, codes=codes))


def _points(turn: Turn, desk: Desk, argument: str) -> Turn:
    if not turn.cart.member:
        return turn.bad(_("No points to pay with"), _("Scan the member's card first."))
    return replace(turn, cart=replace(turn.cart, uses_points=not turn.cart.uses_points))


def _benefit(turn: Turn, desk: Desk, token: str) -> Turn:
    """Used at once, for the card that shows it.

    Raises: NotFound; BenefitRefused.
    """
    if not desk.operator.has_perm(benefit_cards.RIGHT):
        return turn
    member, result = benefit_cards.use(
        token=token, store=desk.store, operator=desk.operator, at=desk.at
    )
    if turn.cart.member != str(member.uid):
        turn = replace(turn, cart=replace(turn.cart, member=str(member.uid)))
    return turn.good(result.text, result.reason)


def _dismiss(turn: Turn, desk: Desk, argument: str) -> Turn:
    return replace(turn, cart=replace(turn.cart, pending="", choices=()))


def _form(turn: Turn, desk: Desk, words: str) -> Turn:
    if not desk.operator.has_perm("members.add_member"):
        return turn
    return replace(turn, form=till_scanning.enroll_form(desk, words))


def _amount(turn: Turn, desk: Desk, argument: str) -> Turn:
    """Digits that turned out to be money."""
    if not argument.isdecimal() or len(argument) > _MOST_CHARACTERS:
        return turn
    return till_scanning.add_amount(turn, desk, int(argument), Decimal(1))


def _pick(turn: Turn, desk: Desk, argument: str) -> Turn:
    """One of the things that the pending text may be; nothing else can be picked.

    Raises: NotFound; LineRefused.
    """
    if f"pick:{argument}" not in [choice.act for choice in turn.cart.choices]:
        raise NotFound
    kind, _colon, which = argument.partition(":")
    words = turn.cart.pending
    turn = _dismiss(turn, desk, "")
    if kind == "member":
        return till_scanning.attach(turn, members.by_uid(uid=UUID(which)))
    if kind == "coupon":
        return till_scanning.enter(turn, coupons.normalize(words))
    if kind == "reward":
        redemption = till_rewards.with_code(coupons.normalize(words), desk.operator)
        return till_rewards.show(turn, desk, redemption) if redemption else turn
    if kind == "order":
        return replace(turn, order=till_finds.order_numbered(words, desk.operator))
    product = products.by_sku(words)
    if product is None:
        raise NotFound
    return till_scanning.add_product(turn, desk, product, Typed(words))


def _next(turn: Turn, desk: Desk, argument: str) -> Turn:
    till_paying.let_go(turn.cart, desk)
    return Turn(desk.new_cart())


_ACTS: Mapping[str, Callable[[Turn, Desk, str], Turn]] = {
    "more": _more,
    "less": _less,
    "remove": _remove,
    "drop-member": _drop_member,
    "drop-code": _drop_code,
    "points": _points,
    "benefit": _benefit,
    "dismiss": _dismiss,
    "amount": _amount,
    "pick": _pick,
    "form": _form,
    till_rewards.HAND_OVER: till_rewards.hand_over,
    "next": _next,
    "pay": till_paying.pay,
    "back": till_paying.back,
    "sell": till_paying.sell,
}
