"""What the events of redemptions say on the timeline."""

from collections.abc import Callable
from typing import Any

from django.utils.translation import gettext as _

from loyalty.admin import words
from loyalty.rules import money
from members.registry.sentences import BAD, GOOD, Sentence

TAB = "rewards"


def _requested(payload: dict[str, Any], names: Any) -> Sentence:
    cost = words.points(payload["points"])
    if payload.get("money_amount"):
        cost = f"{cost} + {money.text(payload['money_amount'], names.currency)}"
    text = _("Redeemed “%(reward)s” for %(cost)s")
    return _said(text, payload, names, "featured_seasonal_and_gifts", GOOD, cost=cost)


def _ready(payload: dict[str, Any], names: Any) -> Sentence:
    return _said(_("“%(reward)s” is ready to be picked up"), payload, names, "shopping_bag", GOOD)


def _fulfilled(payload: dict[str, Any], names: Any) -> Sentence:
    if not payload.get("store"):
        return _said(_("Got “%(reward)s”"), payload, names, "check_circle", GOOD)
    text = _("“%(reward)s” was handed over in %(store)s")
    store = str(names.stores.get(payload["store"], payload["store"]))
    return _said(text, payload, names, "check_circle", GOOD, store=store)


def _canceled(payload: dict[str, Any], names: Any) -> Sentence:
    return _back(_("“%(reward)s” was canceled"), payload, names, "undo")


def _expired(payload: dict[str, Any], names: Any) -> Sentence:
    text = (
        _("“%(reward)s” was not paid in time")
        if payload.get("reason") == "unpaid"
        else _("“%(reward)s” was not picked up in time")
    )
    return _back(text, payload, names, "hourglass_bottom")


def _back(text: str, payload: dict[str, Any], names: Any, icon: str) -> Sentence:
    details = []
    if payload.get("returned_points"):
        details.append(_("%(points)s back") % {"points": words.points(payload["returned_points"])})
    if payload.get("money_back_amount"):
        amount = money.text(payload["money_back_amount"], names.currency)
        details.append(_("%(amount)s to be paid back") % {"amount": amount})
    told = text % {"reward": _name(payload, names)}
    return Sentence(text=told, details=tuple(details), icon=icon, tone=BAD, tab=TAB)


def _said(
    text: str, payload: dict[str, Any], names: Any, icon: str, tone: str, **more: str
) -> Sentence:
    told = text % {"reward": _name(payload, names), **more}
    return Sentence(text=told, icon=icon, tone=tone, tab=TAB)


def _name(payload: dict[str, Any], names: Any) -> str:
    code = str(payload["reward"])
    return str(names.rewards.get(code, code))


TELL: dict[str, Callable[[dict[str, Any], Any], Sentence]] = {
    "loyalty.redemption.requested": _requested,
    "loyalty.redemption.made_ready": _ready,
    "loyalty.redemption.fulfilled": _fulfilled,
    "loyalty.redemption.canceled": _canceled,
    "loyalty.redemption.expired": _expired,
}
