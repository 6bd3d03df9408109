"""Events in the words of those who run campaigns: for sentences, and for lists to choose from."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _

NOTICED = "members.behavior.noticed"


@dataclass(frozen=True)
class Words:
    """`does` and `does_not` follow “the member”; those with `it` speak of the product or the order
    that began the journey, where the event has one."""

    does: Any
    does_not: Any
    does_it: Any = ""
    does_not_it: Any = ""


def _words(does: Any, does_not: Any, it: tuple[Any, Any] = ("", "")) -> Words:
    return Words(does, does_not, *it)


EVENTS: Mapping[str, Words] = {
    "loyalty.order.recorded": _words(
        _("buys something"), _("buys nothing"), (_("buys it"), _("does not buy it"))
    ),
    "loyalty.order.refunded": _words(
        _("returns something"),
        _("returns nothing"),
        (_("returns it"), _("does not return it")),
    ),
    "members.member.registered": _words(_("joins"), _("does not join")),
    "members.identity.verified": _words(
        _("proves a phone or an address"), _("does not prove a phone or an address")
    ),
    "members.member.changed": _words(_("changes the profile"), _("does not change the profile")),
    "members.consent.recorded": _words(
        _("grants or withdraws a consent"), _("neither grants nor withdraws a consent")
    ),
    "members.tag.given": _words(_("gets a tag"), _("gets no tag")),
    "members.tag.taken": _words(_("loses a tag"), _("loses no tag")),
    "members.service_case.opened": _words(_("asks the service"), _("does not ask the service")),
    "members.service_case.answered": _words(
        _("gets the first answer of the service"), _("gets no answer of the service")
    ),
    "members.service_case.resolved": _words(
        _("has a service case resolved"), _("has no service case resolved")
    ),
    "members.service_case.reopened": _words(
        _("has a service case opened again"), _("has no service case opened again")
    ),
    "members.service_case.rated": _words(_("rates the service"), _("does not rate the service")),
    "members.survey.answered": _words(_("answers a survey"), _("answers no survey")),
    "members.community.joined": _words(_("joins a community"), _("joins no community")),
    "members.community.left": _words(_("leaves a community"), _("leaves no community")),
    "members.community.goal_reached": _words(
        _("has invited enough others into a community"),
        _("has not invited enough others into a community"),
    ),
    "members.appointment.booked": _words(_("books a visit"), _("books no visit")),
    "members.appointment.moved": _words(
        _("has a visit moved to another time"), _("has no visit moved")
    ),
    "members.appointment.due": _words(_("has a visit soon"), _("has no visit soon")),
    "members.appointment.arrived": _words(_("comes to a visit"), _("comes to no visit")),
    "members.appointment.done": _words(_("was at a visit"), _("was at no visit")),
    "members.appointment.missed": _words(_("misses a visit"), _("misses no visit")),
    "members.appointment.canceled": _words(_("cancels a visit"), _("cancels no visit")),
    "loyalty.points.earned": _words(_("earns points by buying"), _("earns no points by buying")),
    "loyalty.points.activated": _words(
        _("can spend points from now on"), _("has no new points to spend")
    ),
    "loyalty.points.redeemed": _words(_("pays with points"), _("does not pay with points")),
    "loyalty.points.lapsing": _words(_("has points that lapse soon"), _("has no lapsing points")),
    "loyalty.points.expired": _words(_("loses points that lapsed"), _("loses no points")),
    "loyalty.points.granted": _words(_("is given points"), _("is given no points")),
    "loyalty.points.transferred": _words(
        _("gives points to another member, or gets some"), _("neither gives nor gets points")
    ),
    "loyalty.points.extended": _words(
        _("may keep points for longer"), _("has no points that are good for longer")
    ),
    "loyalty.tier.upgraded": _words(_("reaches a higher tier"), _("reaches no higher tier")),
    "loyalty.tier.downgraded": _words(_("falls to a lower tier"), _("falls to no lower tier")),
    "loyalty.tier.renewed": _words(_("keeps the tier for another term"), _("keeps no tier")),
    "loyalty.tier.grace_begun": _words(
        _("holds the tier in grace only"), _("holds no tier in grace")
    ),
    "loyalty.behavior.rewarded": _words(
        _("is rewarded for a behavior"), _("is not rewarded for a behavior")
    ),
    "loyalty.coupon.granted": _words(_("is given a coupon"), _("is given no coupon")),
    "loyalty.coupon.claimed": _words(_("claims a coupon"), _("claims no coupon")),
    "loyalty.coupon.redeemed": _words(
        _("uses a coupon"), _("uses no coupon"), (_("uses a coupon for it"), _("uses none for it"))
    ),
    "loyalty.coupon.returned": _words(_("gets a used coupon back"), _("gets no used coupon back")),
    "loyalty.coupon.transferred": _words(
        _("passes a coupon on, or gets one"), _("passes no coupon on, and gets none")
    ),
    "loyalty.coupon.expired": _words(_("lets a coupon lapse"), _("lets no coupon lapse")),
    "loyalty.benefit.granted": _words(_("is given a benefit"), _("is given no benefit")),
    "loyalty.benefit.claimed": _words(_("claims a benefit"), _("claims no benefit")),
    "loyalty.benefit.used": _words(_("uses a benefit"), _("uses no benefit")),
    "loyalty.benefit.rated": _words(_("rates a benefit"), _("rates no benefit")),
    "loyalty.benefit.left": _words(
        _("begins a month with uses of benefits left"),
        _("begins no month with uses of benefits left"),
    ),
    "loyalty.benefit.ending": _words(
        _("has a benefit that ends soon"), _("has no benefit that ends soon")
    ),
    "loyalty.referral.claimed": _words(
        _("says who recommended us"), _("does not say who recommended us")
    ),
    "loyalty.referral.changed": _words(
        _("has news of a friend whom they recommended"),
        _("has no news of a friend whom they recommended"),
    ),
    "loyalty.referral.step_reached": _words(
        _("reaches a step of recommending"), _("reaches no step of recommending")
    ),
    "loyalty.redemption.requested": _words(_("asks for a reward"), _("asks for no reward")),
    "loyalty.redemption.made_ready": _words(
        _("has a reward ready to be picked up"), _("has no reward ready to be picked up")
    ),
    "loyalty.redemption.fulfilled": _words(_("gets a reward"), _("gets no reward")),
    "loyalty.redemption.canceled": _words(_("has a reward canceled"), _("has no reward canceled")),
    "loyalty.redemption.expired": _words(_("lets a reward lapse"), _("lets no reward lapse")),
    "loyalty.challenge.joined": _words(_("joins a challenge"), _("joins no challenge")),
    "loyalty.challenge.reached": _words(_("reaches a challenge"), _("reaches no challenge")),
    "loyalty.badge.earned": _words(_("earns a badge"), _("earns no badge")),
    "loyalty.badge.lost": _words(_("loses a badge"), _("loses no badge")),
    "loyalty.prize.given": _words(
        _("is given a prize or a campaign's gift"), _("is given neither prize nor gift")
    ),
    "analytics.class.changed": _words(
        _("comes into another customer class"), _("stays in the customer class")
    ),
    "analytics.health.fallen": _words(
        _("falls below the warning of health"), _("does not fall below the warning of health")
    ),
}

# What members do with messages: it ends campaigns and lets journeys go on, but begins none.
ANSWERS: Mapping[str, Words] = {
    "campaigns.message.opened": _words(_("opens a message"), _("opens no message")),
    "campaigns.message.clicked": _words(
        _("follows a link in a message"), _("follows no link in a message")
    ),
    "campaigns.message.bounced": _words(
        _("can't be reached: a message came back"), _("can be reached")
    ),
    "campaigns.message.unsubscribed": _words(
        _("unsubscribes from messages"), _("does not unsubscribe from messages")
    ),
}

BEHAVIORS: Mapping[str, Words] = {
    "page_view": _words(
        _("views a page"), _("views no page"), (_("views it"), _("does not view it"))
    ),
    "product_view": _words(
        _("views a product"), _("views no product"), (_("views it"), _("does not view it"))
    ),
    "search": _words(_("searches for something"), _("searches for nothing")),
    "add_to_cart": _words(
        _("puts a product into the cart"),
        _("puts nothing into the cart"),
        (_("puts it into the cart"), _("does not put it into the cart")),
    ),
    "remove_from_cart": _words(
        _("takes a product out of the cart"),
        _("takes nothing out of the cart"),
        (_("takes it out of the cart"), _("does not take it out of the cart")),
    ),
    "app_open": _words(_("opens the app"), _("does not open the app")),
    "feature_use": _words(_("uses a feature"), _("uses no feature")),
    "check_in": _words(_("checks in"), _("does not check in")),
    "share": _words(
        _("shares something"), _("shares nothing"), (_("shares it"), _("does not share it"))
    ),
    "like": _words(
        _("likes something"), _("likes nothing"), (_("likes it"), _("does not like it"))
    ),
    "comment": _words(
        _("comments on something"),
        _("comments on nothing"),
        (_("comments on it"), _("does not comment on it")),
    ),
    "review": _words(
        _("writes a review"), _("writes no review"), (_("reviews it"), _("does not review it"))
    ),
    "activity_visit": _words(_("visits an activity"), _("visits no activity")),
    "store_visit": _words(_("visits a store"), _("visits no store")),
    "sign_in": _words(_("logs in"), _("does not log in")),
}


def words(event: str, behavior: str = "") -> Words:
    """A type that has no words shows its name, so that nothing is hidden. What ends, converts or
    is waited for names a behavior as `type:kind`."""
    event, _colon, kind = event.partition(":")
    behavior = behavior or kind
    if event == NOTICED and behavior:
        return BEHAVIORS.get(behavior) or _unknown(behavior)
    if event == NOTICED:
        return Words(_("does anything in the shop or the app"), _("does nothing at all"))
    return EVENTS.get(event) or ANSWERS.get(event) or _unknown(event)


def does(event: str, behavior: str = "", *, same: str = "") -> str:
    """`buys something`; with `same` about what began it: `buys it`."""
    said = words(event, behavior)
    return str((same and said.does_it) or said.does)


def does_not(event: str, behavior: str = "", *, same: str = "") -> str:
    said = words(event, behavior)
    return str((same and said.does_not_it) or said.does_not)


def choices() -> list[tuple[str, str]]:
    """Types of events with what the member does, without behaviors."""
    return [(event, str(said.does)) for event, said in EVENTS.items()]


def endings() -> list[tuple[str, str]]:
    """What a journey may wait for or end at: events, and behaviors as `type:kind`."""
    behaviors = [(f"{NOTICED}:{kind}", str(said.does)) for kind, said in BEHAVIORS.items()]
    first, *others = choices()
    answers = [(event, str(said.does)) for event, said in ANSWERS.items()]
    return [first, *behaviors, *others, *answers]


def _unknown(name: str) -> Words:
    values = {"event": name}
    return Words(
        _("has “%(event)s” happen") % values, _("does not have “%(event)s” happen") % values
    )
