"""What this app's events say on the timeline."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from loyalty.admin import (
    behavior_sentences,
    benefit_events,
    challenge_events,
    coupon_events,
    prize_events,
    redemption_events,
    referral_words,
    words,
)
from loyalty.models import Badge, Benefit, Challenge, CouponType, Order, Reward, Tier
from loyalty.rules import money
from loyalty.services import programs
from members.models import Event, Store
from members.registry import sentences
from members.registry.sentences import BAD, GOOD, Sentence

# The sentence of the order says what it earned and spent.
FOLDED = ("loyalty.points.earned", "loyalty.points.redeemed")


@dataclass(frozen=True)
class Names:
    """What the events of a page name, looked up once."""

    orders: dict[int, Order]
    tiers: dict[str, str]
    currency: str
    coupon_types: dict[str, str]
    rewards: dict[str, str] = field(default_factory=dict)
    challenges: dict[str, str] = field(default_factory=dict)
    badges: dict[str, str] = field(default_factory=dict)
    benefits: dict[str, str] = field(default_factory=dict)
    stores: dict[str, str] = field(default_factory=dict)


def register() -> None:
    """Called by `apps.ready`."""
    sentences.add_narrator(app="loyalty", narrate=narrate, folded=FOLDED)


def narrate(events: Sequence[Event]) -> dict[int, Sentence]:
    """Sentences by event id; at most three queries, however many events."""
    names = _names(events)
    return {
        event.pk: _TELL[event.type](event.payload, names) for event in events if event.type in _TELL
    }


def _names(events: Sequence[Event]) -> Names:
    order_ids = {event.payload.get("order_id") for event in events} - {None}
    orders = Order.objects.filter(pk__in=order_ids).select_related("store").defer("answer", "trace")
    names_tiers = any({"to_tier", "tier"} & event.payload.keys() for event in events)
    tiers = Tier.objects.filter(program__is_current=True) if names_tiers else ()
    type_codes = {event.payload.get("coupon_type") for event in events} - {None}
    types = CouponType.objects.filter(code__in=type_codes) if type_codes else ()
    reward_codes = {event.payload.get("reward") for event in events} - {None}
    rewards = Reward.objects.filter(code__in=reward_codes) if reward_codes else ()
    return Names(
        orders={order.pk: order for order in orders} if order_ids else {},
        tiers={tier.code: tier.name for tier in tiers},
        currency=programs.kept().currency,
        coupon_types={one.code: one.name for one in types},
        rewards={one.code: one.name for one in rewards},
        challenges=_called(Challenge, "challenge", events),
        badges=_called(Badge, "badge", events),
        benefits=_benefits(events),
        stores=_stores(events),
    )


def _called(model: Any, key: str, events: Sequence[Event]) -> dict[str, str]:
    """Names by code of those that these events name; asked only where one does."""
    codes = {event.payload.get(key) for event in events} - {None}
    return {one.code: one.name for one in model.objects.filter(code__in=codes)} if codes else {}


def _benefits(events: Sequence[Event]) -> dict[str, str]:
    """As `_called`; a reminder names several."""
    told = [one for one in events if one.type in benefit_events.TELL]
    codes = {code for one in told for code in benefit_events.codes(one.payload)}
    return {one.code: one.name for one in Benefit.objects.filter(code__in=codes)} if codes else {}


def _stores(events: Sequence[Event]) -> dict[str, str]:
    """Where rewards were handed over: their events name the store by its code."""
    told = [one for one in events if one.type in redemption_events.TELL]
    codes = {code for one in told if (code := one.payload.get("store"))}
    return {one.code: one.name for one in Store.objects.filter(code__in=codes)} if codes else {}


def _order_recorded(payload: dict[str, Any], names: Names) -> Sentence:
    order = names.orders.get(payload["order_id"])
    place = order.store.name if order and order.store else ""
    filled = {
        "amount": money.text(payload["net_amount"], order.currency if order else names.currency),
        "store": place,
        "points": words.points(payload["earned_points"]),
    }
    if place:
        text = _("Bought for %(amount)s at %(store)s, earned %(points)s") % filled
    else:
        text = _("Bought for %(amount)s, earned %(points)s") % filled
    return Sentence(
        text=text, details=_order_details(payload, order), icon="shopping_bag", tone=GOOD,
        tab="orders",
    )  # fmt: skip


def _order_details(payload: dict[str, Any], order: Order | None) -> tuple[str, ...]:
    details = []
    if order is not None:
        details.append(_("Order %(number)s") % {"number": order.external_id})
    if payload.get("spent_points"):
        details.append(_("paid %(points)s") % {"points": words.points(payload["spent_points"])})
    if payload.get("is_late"):
        details.append(_("arrived late"))
    return tuple(details)


def _order_refunded(payload: dict[str, Any], names: Names) -> Sentence:
    order = names.orders.get(payload["order_id"])
    currency = order.currency if order else names.currency
    return Sentence(
        text=_("Returned goods for %(amount)s")
        % {"amount": money.text(payload["value_amount"], currency)},
        details=(_("Order %(number)s") % {"number": order.external_id},) if order else (),
        icon="assignment_return",
        tone=BAD,
        tab="orders",
    )


def _clawed_back(payload: dict[str, Any], names: Names) -> Sentence:
    debt = payload.get("debt_points", 0)
    return Sentence(
        text=_("%(points)s taken back for the return")
        % {"points": words.points(payload["points"])},
        details=(_("%(points)s of it became a debt") % {"points": words.points(debt)},)
        if debt
        else (),
        icon="undo",
        tone=BAD,
        tab="ledger",
    )


def _restored(payload: dict[str, Any], names: Names) -> Sentence:
    expired = payload.get("expired_points", 0)
    text = (
        _("%(points)s given back for the return")
        if payload.get("order")
        else _("%(points)s given back for a reward")
    )
    return Sentence(
        text=text % {"points": words.points(payload["points"])},
        details=(_("%(points)s of it had expired") % {"points": words.points(expired)},)
        if expired
        else (),
        icon="redo",
        tone=GOOD,
        tab="ledger",
    )


def _activated(payload: dict[str, Any], names: Names) -> Sentence:
    text = _("%(points)s became usable") % {"points": words.points(payload["points"])}
    return Sentence(text=text, icon="lock_open", tone=GOOD, tab="ledger")


def _expired(payload: dict[str, Any], names: Names) -> Sentence:
    text = _("%(points)s expired") % {"points": words.points(payload["points"])}
    return Sentence(text=text, icon="hourglass_bottom", tone=BAD, tab="ledger")


def _lapsing(payload: dict[str, Any], names: Names) -> Sentence:
    text = _("Reminded: %(points)s will expire") % {"points": words.points(payload["points"])}
    day = date_format(date.fromisoformat(payload["last_on"]), "DATE_FORMAT")
    first = _("the first of them through %(day)s") % {"day": day}
    return Sentence(text=text, details=(first,), icon="notifications", tab="ledger")


def _adjusted(payload: dict[str, Any], names: Names) -> Sentence:
    filled = {"points": words.points(payload["points"])}
    is_more = payload["points"] >= 0
    return Sentence(
        text=(_("%(points)s added by hand") if is_more else _("%(points)s taken off by hand"))
        % filled,
        details=(words.reason(payload.get("reason", "")),),
        icon="tune",
        tone=GOOD if is_more else BAD,
        tab="ledger",
    )


def _transferred(payload: dict[str, Any], names: Names) -> Sentence:
    came = payload["points"] >= 0
    text = (
        _("%(points)s received from another member")
        if came
        else _("%(points)s given to another member")
    )
    return Sentence(
        text=text % {"points": words.points(payload["points"])},
        icon="swap_horiz",
        tone=GOOD if came else BAD,
        tab="ledger",
    )


def _upgraded(payload: dict[str, Any], names: Names) -> Sentence:
    text = _("Rose from %(from)s to %(to)s") % _tiers(payload, names)
    return Sentence(text=text, icon="trending_up", tone=GOOD, tab="tier")


def _downgraded(payload: dict[str, Any], names: Names) -> Sentence:
    text = _("Fell from %(from)s to %(to)s") % _tiers(payload, names)
    return Sentence(text=text, icon="trending_down", tone=BAD, tab="tier")


def _renewed(payload: dict[str, Any], names: Names) -> Sentence:
    text = _("%(tier)s was renewed") % _tier(payload, names)
    return Sentence(text=text, icon="autorenew", tone=GOOD, tab="tier")


def _grace_begun(payload: dict[str, Any], names: Names) -> Sentence:
    text = _("The term of %(tier)s is over, grace began") % _tier(payload, names)
    return Sentence(text=text, icon="hourglass_top", tone=BAD, tab="tier")


def _tier(payload: dict[str, Any], names: Names) -> dict[str, str]:
    return {"tier": names.tiers.get(payload["tier"], payload["tier"])}


def _tiers(payload: dict[str, Any], names: Names) -> dict[str, str]:
    return {
        "from": names.tiers.get(payload["from_tier"], payload["from_tier"]),
        "to": names.tiers.get(payload["to_tier"], payload["to_tier"]),
    }


_TELL: dict[str, Callable[[dict[str, Any], Names], Sentence]] = {
    "loyalty.order.recorded": _order_recorded,
    "loyalty.order.refunded": _order_refunded,
    "loyalty.points.clawed_back": _clawed_back,
    "loyalty.points.restored": _restored,
    "loyalty.points.activated": _activated,
    "loyalty.points.expired": _expired,
    "loyalty.points.lapsing": _lapsing,
    "loyalty.points.adjusted": _adjusted,
    "loyalty.points.transferred": _transferred,
    "loyalty.tier.upgraded": _upgraded,
    "loyalty.tier.downgraded": _downgraded,
    "loyalty.tier.renewed": _renewed,
    "loyalty.tier.grace_begun": _grace_begun,
    **behavior_sentences.TELL,
    **benefit_events.TELL,
    **challenge_events.TELL,
    **coupon_events.TELL,
    **prize_events.TELL,
    **redemption_events.TELL,
    **referral_words.TELL,
}
