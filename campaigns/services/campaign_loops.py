"""Campaigns that begin each other: what one gives brings the member into the next, and so on until
the first one begins again. Found when approval is asked for, and once more when it is given.

Source: docs/algorithms/campaigns.md, "Campaigns that begin each other".
"""

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise

from django.db.models import Q
from django.utils.translation import gettext, ngettext

from analytics.rules import segment_graphs as graphs
from campaigns.models import Campaign
from campaigns.rules import entries, gift_facts
from campaigns.rules.entries import BadEntry, EventEntry
from campaigns.rules.gift_facts import Bound, Told
from campaigns.rules.journey_steps import Grant, Kind
from campaigns.rules.journeys import BadSteps
from campaigns.services import campaign_versions
from loyalty.models import Benefit, CouponType
from members.errors import DomainError

_State = Campaign.State
_ALIVE = (_State.IN_REVIEW, _State.APPROVED, _State.SCHEDULED, _State.RUNNING, _State.PAUSED)


class BeginEachOther(DomainError):
    """These campaigns would begin each other without end."""

    code = "begin_each_other"
    status = 409


@dataclass(frozen=True)
class Loop:
    """The campaigns in the order in which they begin each other, the first one again at the end;
    `bounds` say what ends it, each a sentence. None: it would never end."""

    names: tuple[str, ...]
    bounds: tuple[str, ...]

    @property
    def is_endless(self) -> bool:
        return not self.bounds

    @property
    def text(self) -> str:
        """What it is and, where nothing ends it, how to mend it."""
        way = " → ".join(gettext("“%(name)s”") % {"name": name} for name in self.names)
        if self.is_endless:
            told = gettext(
                "These campaigns would begin each other without end: %(way)s. Say in one of them "
                "once for what, after how many days again, or how many members at most."
            )
            return told % {"way": way}
        told = gettext("These campaigns begin each other: %(way)s. It ends all the same: %(why)s")
        return told % {"way": way, "why": " ".join(self.bounds)}


@dataclass(frozen=True)
class _Node:
    """A campaign that events begin: what bounds it (None: nothing), and what its gifts tell, each
    with what bounds that."""

    campaign: Campaign
    entry: EventEntry
    told: Sequence[tuple[Told, str]]

    @property
    def key(self) -> str:
        return str(self.campaign.pk)

    @property
    def bound(self) -> str:
        return _in_words(self.campaign, self.entry)


def found(campaign: Campaign, at: datetime) -> Loop | None:
    """The way on which the campaign begins itself through others, as all live and waiting ones are:
    one without an end first, else the shortest. What its own gifts begin is told where its keys
    are chosen. Four queries at most."""
    if campaign.entry != Campaign.Entry.EVENT:
        return None
    nodes = _nodes(campaign, at)
    own = str(campaign.pk)
    if own not in nodes:
        return None
    endless = graphs.circle(_graph(nodes, endless_only=True), own)
    if endless:
        return Loop(_names(endless, nodes), ())
    way = graphs.circle(_graph(nodes, endless_only=False), own)
    return Loop(_names(way, nodes), tuple(_bounds(way, nodes))) if way else None


def refuse_endless(campaign: Campaign, at: datetime) -> None:
    """Raises: BeginEachOther."""
    loop = found(campaign, at)
    if loop is not None and loop.is_endless:
        raise BeginEachOther(loop.text, campaigns=list(loop.names))


def _nodes(campaign: Campaign, at: datetime) -> dict[str, _Node]:
    over = Q(ends_at__isnull=False, ends_at__lte=at)
    rows = Campaign.objects.filter(state__in=_ALIVE, entry=Campaign.Entry.EVENT).exclude(over)
    read: list[tuple[Campaign, EventEntry, list[Grant]]] = []
    for one in [campaign, *rows.exclude(pk=campaign.pk).order_by("pk")]:
        try:
            entry = entries.read(one.entry, one.entry_rule)
            gifts = campaign_versions.flow_of(one).of_kind(Kind.GRANT)
        except (BadEntry, BadSteps):
            continue
        assert isinstance(entry, EventEntry)
        read.append((one, entry, [gift for gift in gifts if isinstance(gift, Grant)]))
    gifts_of_all = [gift for _one, _entry, gifts in read for gift in gifts]
    coupons = _coupons_of_benefits({one.code for one in gifts_of_all if one.what == "BENEFIT"})
    codes = {one.code for one in gifts_of_all if one.what == "COUPON"} | set(coupons.values())
    stocks = _stocks(codes)
    return {
        str(one.pk): _Node(one, entry, list(_told(gifts, coupons, stocks)))
        for one, entry, gifts in read
    }


def _told(
    gifts: Collection[Grant], coupons: Mapping[str, str], stocks: Mapping[str, str]
) -> Iterator[tuple[Told, str]]:
    for gift in gifts:
        coupon_type = coupons.get(gift.code, "") if gift.what == "BENEFIT" else ""
        stock = stocks.get(gift.code if gift.what == "COUPON" else coupon_type, "")
        for one in gift_facts.told_of(gift, coupon_type=coupon_type):
            once = gettext("What a member bears already isn't given again.") if one.is_once else ""
            yield one, once or stock


def _graph(nodes: Mapping[str, _Node], *, endless_only: bool) -> dict[str, set[str]]:
    """Which campaign begins which; `endless_only`: without those, and without gifts, that end."""
    made: dict[str, set[str]] = defaultdict(set)
    for one in nodes.values():
        for other in nodes.values():
            ways = _ways(one, other)
            if ways and one is not other and not (endless_only and (all(ways) or other.bound)):
                made[one.key].add(other.key)
    return made


def _bounds(way: Sequence[str], nodes: Mapping[str, _Node]) -> Iterator[str]:
    """Of each step of the way what ends it, once."""
    said: dict[str, None] = {}
    for before, after in pairwise(way):
        other = nodes[after]
        if other.bound:
            said[other.bound] = None
        ways = _ways(nodes[before], other)
        if all(ways):
            said[ways[0]] = None
    yield from said


def _ways(one: _Node, other: _Node) -> list[str]:
    """For each gift of the one that begins the other, what bounds it."""
    happening = other.entry.happening
    return [why for told, why in one.told if gift_facts.begins(told, happening)]


def _names(way: Sequence[str], nodes: Mapping[str, _Node]) -> tuple[str, ...]:
    return tuple(nodes[key].campaign.name or nodes[key].campaign.code for key in way)


def _in_words(campaign: Campaign, entry: EventEntry) -> str:
    """What bounds a campaign; empty where nothing does."""
    days, limit = campaign.re_entry_days, campaign.audience_limit
    bound = gift_facts.bound_of(entry, re_entry_days=days, audience_limit=limit)
    name = {"name": campaign.name or campaign.code}
    match bound:
        case Bound.ONCE:
            return gettext("By gifts a member comes into “%(name)s” once at all.") % name
        case Bound.DAY:
            return gettext("By gifts a member comes into “%(name)s” once a day at most.") % name
        case Bound.DAYS:
            told = ngettext(
                "A member comes into “%(name)s” once in %(days)s day at most.",
                "A member comes into “%(name)s” once in %(days)s days at most.",
                days or 0,
            )
            return told % {**name, "days": days}
        case Bound.LIMIT:
            told = ngettext(
                "“%(name)s” takes in %(count)s member at most, each time counted.",
                "“%(name)s” takes in %(count)s members at most, each time counted.",
                limit or 0,
            )
            return told % {**name, "count": f"{limit:,}"}
    return ""


def _coupons_of_benefits(codes: Collection[str]) -> dict[str, str]:
    """By benefit the coupon type that it comes as."""
    rows = Benefit.objects.filter(code__in=codes, coupon_type__isnull=False) if codes else None
    return {} if rows is None else dict(rows.values_list("code", "coupon_type__code"))


def _stocks(codes: Collection[str]) -> dict[str, str]:
    """By coupon type that there are only so many."""
    if not codes:
        return {}
    rows = CouponType.objects.filter(code__in=codes, stock_count__isnull=False)
    told = gettext("Of “%(name)s” there are %(count)s at most.")
    return {one.code: told % {"name": str(one), "count": f"{one.stock_count:,}"} for one in rows}
