"""What a text may say of a member: each variable with its kind, a sample, and when it is there.

A new variable is a line here and its value in a reader of `campaigns.selectors.variables`.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from django.utils.translation import gettext_lazy as _

from campaigns.rules.text_filters import Yearly
from members.registry.facts import FACTS

_BEHAVIOR = "members.behavior.noticed"


class Kind(StrEnum):
    """How a value is written; `FILTERS` says by which filter."""

    TEXT = "TEXT"
    MONEY = "MONEY"
    POINTS = "POINTS"
    NUMBER = "NUMBER"
    DAY = "DAY"


FILTERS: Mapping[Kind, str] = {Kind.MONEY: "money", Kind.POINTS: "points", Kind.DAY: "day"}


@dataclass(frozen=True)
class Variable:
    """`fields`: there where the event that begins a campaign tells any of these, or is any of
    `events`. `by_gift`: there behind a step that gives one. Neither: there for whatever begins it,
    though not every member may have it."""

    name: str
    group: str
    kind: Kind
    label: Any
    sample_zh: object
    sample_en: object
    fields: tuple[str, ...] = ()
    events: tuple[str, ...] = ()
    by_gift: str = ""

    @property
    def is_of_event(self) -> bool:
        return bool(self.fields or self.events or self.by_gift)

    @property
    def written(self) -> str:
        """As it stands in a text."""
        filtered = FILTERS.get(self.kind)
        return f"{{{{ {self.name} | {filtered} }}}}" if filtered else f"{{{{ {self.name} }}}}"


GROUPS: Mapping[str, Any] = {
    "member": _("The member"),
    "points": _("Points"),
    "tier": _("Tier"),
    "order": _("Orders"),
    "product": _("The product that it is about"),
    "gift": _("What the campaign gave"),
    "benefit": _("Benefit"),
    "referral": _("Recommending"),
    "appointment": _("Appointment"),
    "event": _("What began it"),
}

_T, _M, _P, _N, _D = Kind.TEXT, Kind.MONEY, Kind.POINTS, Kind.NUMBER, Kind.DAY
_ALL = (
    Variable("name", "member", _T, _("Name"), "王小梅", "Grace Lin"),
    Variable("card_number", "member", _T, _("Card number"), "88001234", "88001234"),
    Variable("birthday", "member", _D, _("Birthday"), Yearly("1992-09-18"), Yearly("1992-09-18")),
    Variable("joined_on", "member", _D, _("Joined on"), "2024-03-08", "2024-03-08"),
    Variable("store", "member", _T, _("Store"), "静安店", "Jing'an store"),
    Variable("programme", "member", _T, _("Programme"), "悦享会员", "Regulars Club"),
    Variable("available_points", "points", _P, _("Points to spend"), 1280, 1280),
    Variable("available_amount", "points", _M, _("Points to spend, worth"), 1280, 1280),
    Variable("pending_points", "points", _P, _("Points not usable yet"), 120, 120),
    Variable("expiring_points", "points", _P, _("Points that lapse soon"), 300, 300),
    Variable("expiring_amount", "points", _M, _("Points that lapse soon, worth"), 300, 300),
    Variable("expiring_on", "points", _D, _("Their last day"), "2026-12-31", "2026-12-31"),
    Variable("tier", "tier", _T, _("Tier"), "银卡", "Silver"),
    Variable("former_tier", "tier", _T, _("Tier before"), "普卡", "Member", ("from_tier",)),
    Variable("coefficient", "tier", _T, _("Points at so many times"), "1.5", "1.5"),
    Variable("next_tier", "tier", _T, _("Next tier"), "金卡", "Gold"),
    Variable("missing_amount", "tier", _M, _("Spend missing to it"), 20000, 20000),
    Variable("missing_orders", "tier", _N, _("Orders missing to it"), 1, 1),
    Variable("missing_points", "tier", _P, _("Qualifying points missing to it"), 200, 200),
    Variable("tier_until", "tier", _D, _("The tier's last day"), "2027-03-31", "2027-03-31"),
    Variable("orders_count", "order", _N, _("Orders so far"), 6, 6),
    Variable("last_order_on", "order", _D, _("Last order on"), "2026-08-20", "2026-08-20"),
    Variable("last_order_amount", "order", _M, _("Last order, paid"), 26800, 26800),
    Variable("last_order_store", "order", _T, _("Last order in"), "静安店", "Jing'an store"),
    Variable("days_since_order", "order", _N, _("Days since the last order"), 60, 60),
    Variable(
        *("product", "product", _T, _("Product"), "燕麦拿铁礼盒", "Oat latte gift box"),
        events=(_BEHAVIOR,),
    ),
    Variable(
        *("product_price", "product", _M, _("Its price"), 16800, 16800),
        events=(_BEHAVIOR,),
    ),
    Variable(
        *("coupon", "gift", _T, _("Coupon"), "满100减20", "20 off 100"),
        fields=("coupon",),
        by_gift="COUPON",
    ),
    Variable(
        *("coupon_code", "gift", _T, _("Its code"), "K7M2Q9XWHT", "K7M2Q9XWHT"),
        fields=("coupon",),
        by_gift="COUPON",
    ),
    Variable(
        *("coupon_until", "gift", _D, _("Its last day"), "2026-12-31", "2026-12-31"),
        fields=("coupon",),
        by_gift="COUPON",
    ),
    Variable(
        *("gift_points", "gift", _P, _("Points given"), 100, 100),
        by_gift="POINTS",
    ),
    Variable(
        *("benefit", "benefit", _T, _("Benefit"), "免费洗护一次", "One free wash"),
        fields=("benefit", "benefits"),
        by_gift="BENEFIT",
    ),
    Variable(
        *("benefit_until", "benefit", _D, _("Its last day"), "2026-12-31", "2026-12-31"),
        fields=("benefit", "benefits"),
        by_gift="BENEFIT",
    ),
    Variable("referral_code", "referral", _T, _("Own code"), "H7KM29QX", "H7KM29QX"),
    Variable(
        *("referral_link", "referral", _T, _("Own link")),
        *("https://shop.example/j/H7KM29QX", "https://shop.example/j/H7KM29QX"),
    ),
    Variable("friends_count", "referral", _N, _("Friends who count"), 2, 2),
    Variable(
        *("appointment", "appointment", _T, _("Appointment"), "眼镜保养", "Glasses check"),
        fields=("appointment",),
    ),
    Variable(
        *("starts_at", "appointment", _T, _("Its time"), "2026-12-01 15:00", "2026-12-01 15:00"),
        fields=("appointment",),
    ),
    Variable("campaign", "event", _T, _("Campaign"), "秋季会员日", "Members' day"),
    Variable(
        *("order_number", "event", _T, _("Order number"), "SH-20261120-018", "SH-20261120-018"),
        fields=("order",),
    ),
    Variable(
        *("order_amount", "event", _M, _("The order's amount"), 26800, 26800),
        fields=("net_amount",),
    ),
    Variable(
        *("order_points", "event", _P, _("Points of the order"), 268, 268),
        fields=("earned_points",),
    ),
    Variable(
        *("reward", "event", _T, _("Reward"), "马克杯", "Mug"),
        fields=("reward",),
    ),
    Variable(
        *("challenge", "event", _T, _("Challenge"), "三次到店", "Three visits"),
        fields=("challenge",),
    ),
    Variable(
        *("badge", "event", _T, _("Badge"), "咖啡达人", "Coffee expert"),
        fields=("badge",),
    ),
    Variable(
        *("community", "event", _T, _("Community"), "静安咖啡群", "Jing'an coffee circle"),
        fields=("community",),
    ),
)
VARIABLES: Mapping[str, Variable] = {one.name: one for one in _ALL}


def in_group(group: str) -> list[Variable]:
    return [one for one in _ALL if one.group == group]


def offered(*, event: str = "", gifts: Collection[str] = ()) -> list[Variable]:
    """Those that there may be in a campaign which this event begins ("": none does), and whose
    steps give `gifts` (`COUPON` …)."""
    told = FACTS.get(event)
    named = frozenset(told.__dataclass_fields__) if told else frozenset()
    return [
        one
        for one in _ALL
        if not one.is_of_event
        or event in one.events
        or not named.isdisjoint(one.fields)
        or one.by_gift in gifts
    ]


def samples(language: str) -> dict[str, object]:
    """A value for each, as a text in this language may show it."""
    is_chinese = language.startswith("zh")
    return {one.name: one.sample_zh if is_chinese else one.sample_en for one in _ALL}
