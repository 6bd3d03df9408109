"""Which events campaigns may hear of, what each is about, and which values a rule may ask for.

Every type of event that is told of a member is among them, but those that would let a campaign
hear of itself, or that are about what may be done with the member's data. Filled by what all apps
tell; what each is called in words: campaigns/admin/event_words.py.
"""

from collections.abc import Mapping
from dataclasses import dataclass, fields

from django.utils.translation import gettext_lazy as _

from members.registry.behavior_events import NOTICED
from members.registry.facts import FACTS
from members.rules.behavior_events import KINDS

RECORDED, REFUNDED = "loyalty.order.recorded", "loyalty.order.refunded"
# A message that a message starts would never end.
_OWN = "campaigns."
_ABOUT_DATA = (
    "members.privacy.",
    "members.profiling.",
    "members.guardian.",
    "members.member.erased",
    "members.member.merged",
    "members.member.unmerged",
    "members.member.restricted",
)
_GONE = ("members.member.erased", "members.member.merged", "members.member.unmerged")
# What rules never ask for: it names one thing of one member, or is told by what it is about.
_UNASKED = frozenset({"member", "change", "event", "order_id", "referral_id", "operation"})
_BOOLEANS = ("is_", "has_")
_ORDER_FIELDS = ("store", "channel", "is_in_store", "is_first", "is_first_in_store")
# Of figures a rule may ask for at least, or at most, so much.
_FIGURES = ("points", "amount", "count", "days", "score", "step", "satisfaction", "rating", "left")


@dataclass(frozen=True, kw_only=True)
class TriggerEvent:
    """`fields` are the names that `matches` may use, each with its kind: "text", "flag" or
    "figure" (then also with `_at_least` and `_at_most` behind it)."""

    event: str
    has_product: bool = False
    has_order: bool = False
    fields: Mapping[str, str]

    def may_match(self, name: str) -> bool:
        """Whether a rule may ask for this name."""
        for ending in ("_at_least", "_at_most"):
            if name.endswith(ending) and name not in self.fields:
                return self.fields.get(name.removesuffix(ending)) == "figure"
        return name in self.fields


def all_events() -> dict[str, TriggerEvent]:
    """By type, in the order of their names."""
    return {name: _of(name) for name in sorted(FACTS) if may_hear(name)}


def known(event: str) -> TriggerEvent | None:
    """What is known of the type; None: no campaign may hear of it."""
    return _of(event) if event in FACTS and may_hear(event) else None


def may_hear(event: str) -> bool:
    """Whether it may begin a campaign."""
    return not event.startswith((_OWN, *_ABOUT_DATA))


def may_end(event: str) -> bool:
    """Whether it may end a campaign, be its goal, or be waited for."""
    return event not in _GONE and not event.startswith("members.privacy.")


def field_name(name: str) -> str:
    """What a value that rules may ask for is called."""
    return str(_NAMES.get(name, name.replace("_", " ")))


def _of(event: str) -> TriggerEvent:
    if event == NOTICED:
        told = {"object": "text", "channel": "text", "store": "text"}
        attributes = {name: "text" for kind in KINDS.values() for name in kind.allowed}
        attributes.pop("query", None)
        figures = {"price_amount", "position", "people_count", "rating", "results_count"}
        kinds = {name: "figure" if name in figures else "text" for name in attributes}
        return TriggerEvent(event=event, has_product=True, fields={**kinds, **told})
    names = {one.name: _kind(one.name) for one in fields(FACTS[event]) if one.name not in _UNASKED}
    is_order = event in (RECORDED, REFUNDED)
    if is_order:
        names |= {name: _kind(name) for name in _ORDER_FIELDS} | {"products": "text"}
    return TriggerEvent(
        event=event,
        has_product=is_order,
        has_order=is_order or bool({"order", "order_id"} & {f.name for f in fields(FACTS[event])}),
        fields=names,
    )


def _kind(name: str) -> str:
    if name.startswith(_BOOLEANS):
        return "flag"
    return "figure" if name.endswith(_FIGURES) else "text"


_NAMES = {
    "net_amount": _("amount, in minor units"),
    "store": _("store"),
    "channel": _("channel"),
    "is_in_store": _("bought in a store"),
    "is_first": _("the member's first order"),
    "is_first_in_store": _("the member's first order in a store"),
    "products": _("product, by its SKU"),
    "object": _("product, by its SKU"),
    "to_tier": _("the new tier"),
    "from_tier": _("the former tier"),
    "points": _("points"),
    "tag": _("tag"),
    "coupon_type": _("coupon type"),
    "benefit": _("benefit"),
    "survey": _("survey"),
    "score": _("score"),
    "community": _("community"),
    "kind": _("kind"),
}
