"""A pick-up code at the till: what it is for, and the reward handed over with one more key."""

from dataclasses import replace
from uuid import UUID

from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from config.console.till_carts import Choice
from config.console.till_desks import Desk
from config.console.till_turns import Turn
from loyalty.models import Redemption
from loyalty.selectors import redemptions
from loyalty.services import redemption_handovers
from loyalty.services.redemption_handovers import Handover
from members.models import User

HAND_OVER = "hand-over"
RIGHT = "loyalty.change_redemption"


def with_code(code: str, operator: User) -> Redemption | None:
    """The redemption with this pick-up code, if the operator may hand it over; one query."""
    return redemption_handovers.by_code(code) if operator.has_perm(RIGHT) else None


def show(turn: Turn, desk: Desk, redemption: Redemption) -> Turn:
    """What the code is for, and the button that hands it over; or why it isn't."""
    state = redemptions.state_of(redemption=redemption, at=desk.at)
    if state != Redemption.State.READY:
        return turn.bad(_told(redemption), _why_not(redemption, state))
    if desk.store is None:
        return turn.bad(_told(redemption), _("Choose first which store this till stands in."))
    button = Choice(
        f"{HAND_OVER}:{redemption.uid}",
        "volunteer_activism",
        _("Hand over"),
        _told(redemption),
        _("card … %(digits)s") % {"digits": redemption.member.card_number[-4:]},
    )
    asked = replace(turn, choices=(*turn.choices, button))
    return asked.open(_("A reward to be picked up: %(reward)s") % {"reward": _told(redemption)})


def hand_over(turn: Turn, desk: Desk, uid: str) -> Turn:
    """The reward, handed over; the button pressed twice does it once.

    Raises: NotFound; RedemptionHandedOver and the other refusals of a hand-over.
    """
    if not desk.operator.has_perm(RIGHT):
        return turn
    if desk.store is None:
        return turn.bad(_("Not taken"), _("Choose first which store this till stands in."))
    number = f"till:{turn.cart.uid}"
    handover = Handover(number, desk.store)
    done = redemption_handovers.fulfil(
        uid=UUID(uid), handover=handover, source=desk.sender, at=desk.at
    )
    return turn.good(_("Handed over: %(reward)s") % {"reward": _told(done)})


def _told(redemption: Redemption) -> str:
    """`Mug`, `Mug × 2`"""
    name = redemption.reward.name
    return name if redemption.quantity == 1 else f"{name} × {redemption.quantity}"


def _why_not(redemption: Redemption, state: str) -> str:
    if state == Redemption.State.FULFILLED and redemption.fulfilled_at is not None:
        when = date_format(localtime(redemption.fulfilled_at), "SHORT_DATETIME_FORMAT")
        store = redemption.fulfilled_store
        told = {"when": when, "store": store.name if store else _("another place")}
        return _("Handed over already: %(when)s, %(store)s.") % told
    if state == Redemption.State.CANCELED:
        return _("It was canceled; the code is void.")
    return _("It was not picked up in time; the code is void.")
