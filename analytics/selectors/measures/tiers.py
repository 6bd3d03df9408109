"""How members move between tiers: conversion, flow, renewals; what a tier brings and costs."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from django.utils.translation import gettext_lazy as _

from analytics.registry.measures import Measure, Value
from analytics.rules import ratios
from analytics.selectors import asking, narrowing, policies, spans
from analytics.selectors import tiers as holdings
from analytics.selectors.figures import Unit
from analytics.selectors.filters import Filters
from analytics.selectors.measures import buying, people, values
from loyalty.models import Tier

_SEGMENT = frozenset({"segment"})


@dataclass(frozen=True, kw_only=True)
class Conversion:
    """Members who were in `tier` when the period began, and those of them who were in a higher
    one at any moment of it."""

    tier: Tier
    members: int
    risen: int


@dataclass(frozen=True, kw_only=True)
class Flow:
    """Members who went from one tier, at the period's begin, to another, at its end. None: they
    were no members yet."""

    before: Tier | None
    after: Tier
    members: int


@dataclass(frozen=True, kw_only=True)
class Worth:
    """A tier of now in the period: net sales to its members, their margin, and the points that
    these orders earned at the value they will pay with. Minor units, exact."""

    tier: Tier
    members: int
    buyers: int
    sales: int
    margin: Fraction
    cost: Fraction

    @property
    def profit(self) -> Fraction:
        return self.margin - self.cost


def conversions(filters: Filters) -> tuple[Conversion, ...]:
    """Every tier but the highest, lowest first; two queries."""
    tiers = _tiers()
    risen: dict[int, int] = {}
    members: dict[int, int] = {}
    for before_id, _after_id, highest, count in _moves(filters):
        if before_id in tiers:
            members[before_id] = members.get(before_id, 0) + count
            rose = highest is not None and highest > tiers[before_id].rank
            risen[before_id] = risen.get(before_id, 0) + (count if rose else 0)
    return tuple(
        Conversion(tier=tier, members=members.get(tier.pk, 0), risen=risen.get(tier.pk, 0))
        for tier in list(tiers.values())[:-1]
    )


def flow(filters: Filters) -> tuple[Flow, ...]:
    """Lowest tiers first; members who stayed are there too. Two queries."""
    tiers = _tiers()
    counts: dict[tuple[int | None, int], int] = {}
    for before_id, after_id, _highest, count in _moves(filters):
        if after_id in tiers:
            key = (before_id, after_id)
            counts[key] = counts.get(key, 0) + count
    found = [
        Flow(before=tiers.get(before or 0), after=tiers[after], members=count)
        for (before, after), count in counts.items()
    ]
    return tuple(sorted(found, key=_ranks))


def worths(filters: Filters) -> tuple[Worth, ...]:
    """Every tier, lowest first; three queries. Members are those of now."""
    policy = policies.current()
    sales = narrowing.of_sales(filters, rows="d")
    rows = asking.rows(_WORTHS.format(sales=sales.sql), sales.params)
    sums = {tier_id: (buyers, net, earned) for tier_id, buyers, net, earned in rows}
    members = holdings.holders(filters)
    found = []
    for tier in _tiers().values():
        buyers, net, earned = sums.get(tier.pk, (0, 0, 0))
        found.append(
            Worth(
                tier=tier,
                members=members.get(tier.pk, 0),
                buyers=buyers,
                sales=int(net),
                margin=int(net) * Fraction(policy.margin_percent) / 100,
                cost=_cost_of(int(earned)),
            )
        )
    return tuple(found)


def renewals(filters: Filters) -> tuple[int, int]:
    """Terms that were renewed in the period, and all whose end was decided in it; one query."""
    people_ = narrowing.of_members(filters, member="c.member_id")
    renewed, ended = asking.row(
        _RENEWALS.format(people=people_.sql), people_.params | spans.of(filters)
    )
    return renewed, ended


def _ranks(flow: Flow) -> tuple[int, int]:
    return (-1 if flow.before is None else flow.before.rank, flow.after.rank)


def _tiers() -> Mapping[int, Tier]:
    """By id, lowest first; asked once for a page."""
    return asking.once("tiers", _read_tiers)


def _read_tiers() -> Mapping[int, Tier]:
    rows = Tier.objects.filter(program_id=spans.terms().id).order_by("rank")
    return {tier.pk: tier for tier in rows}


def _moves(filters: Filters) -> Sequence[tuple[Any, ...]]:
    people_ = narrowing.of_members(filters, member="a.member_id")
    return asking.rows(_MOVES.format(people=people_.sql), people_.params | spans.of(filters))


# The tier at an instant is what the first change after it says it came from; who had none since
# is where they are now. `highest`: the highest rank that a change of the period led to.
_MOVES = f"""
WITH changes AS (
    SELECT c.member_id,
        (array_agg(c.from_tier_id ORDER BY c.occurred_at, c.id))[1] AS before_id,
        max(t.rank) FILTER (WHERE c.occurred_at < %(until_at)s) AS highest,
        (array_agg(c.from_tier_id ORDER BY c.occurred_at, c.id)
            FILTER (WHERE c.occurred_at >= %(until_at)s))[1] AS after_id,
        bool_or(c.occurred_at >= %(until_at)s) AS has_later
    FROM loyalty_tierchange c JOIN loyalty_tier t ON t.id = c.to_tier_id
    WHERE c.occurred_at >= %(from_at)s GROUP BY c.member_id
)
SELECT CASE WHEN c.member_id IS NULL THEN a.tier_id ELSE c.before_id END AS before_id,
    CASE WHEN c.has_later THEN c.after_id ELSE a.tier_id END AS after_id, c.highest, count(*)
FROM loyalty_account a
LEFT JOIN changes c ON c.member_id = a.member_id
WHERE a.member_id NOT IN (SELECT id FROM members_member WHERE state NOT IN {people.COUNTED})
    AND {{people}}
GROUP BY 1, 2, 3
"""  # noqa: S608
_RENEWALS = """
SELECT count(*) FILTER (WHERE c.reason = 'RENEWAL'), count(*)
FROM loyalty_tierchange c
WHERE c.reason IN ('RENEWAL', 'DOWNGRADE') AND c.occurred_at >= %(from_at)s
    AND c.occurred_at < %(until_at)s AND {people}
"""
_WORTHS = """
WITH bought AS (
    SELECT d.member_id, sum(d.net_amount) AS net, sum(d.earned_points) AS earned,
        sum(d.orders_count) AS orders
    FROM analytics_memberday d
    WHERE d.day BETWEEN %(from_on)s AND %(to_on)s AND d.member_id IS NOT NULL AND {sales}
    GROUP BY d.member_id
)
SELECT a.tier_id, count(*) FILTER (WHERE b.orders > 0), sum(b.net), sum(b.earned)
FROM bought b JOIN loyalty_account a ON a.member_id = b.member_id
GROUP BY a.tier_id
"""


def _upgrade(filters: Filters) -> Value:
    found = conversions(filters)
    return values.share(sum(one.risen for one in found), sum(one.members for one in found))


def _renewal(filters: Filters) -> Value:
    return values.share(*renewals(filters))


def _cost_of(points: int) -> Fraction:
    """What points will cost, less the expected breakage: minor units, exact."""
    terms = spans.terms()
    used = Fraction(100 - terms.breakage_percent, 100)
    return points * Fraction(terms.redeem_amount, terms.redeem_points) * used


def _cost(filters: Filters) -> Value:
    return Value(value=ratios.each(_cost_of(buying.sums(filters).earned_points), 1))


def _profit(filters: Filters) -> Value:
    sums = buying.sums(filters)
    margin = sums.member_sales * Fraction(policies.current().margin_percent) / 100
    return Value(value=ratios.each(margin - _cost_of(sums.earned_points), 1))


MEASURES = (
    Measure(
        code="upgrade_conversion",
        label=_("Upgrade conversion"),
        definition=_(
            "Members who were in a tier below the highest when the period began; of them, those "
            "who were in a higher one at any moment of it."
        ),
        unit=Unit.PERCENT,
        read=_upgrade,
        numerator=_("members who rose"),
        denominator=_("members below the highest tier"),
        narrowed_by=_SEGMENT | {"tier"},
    ),
    Measure(
        code="tier_renewal_rate",
        label=_("Renewal of tiers"),
        definition=_(
            "Terms of a tier that were renewed in the period, of those that were renewed or ended "
            "with a lower tier in it. Terms in grace are not decided yet."
        ),
        unit=Unit.PERCENT,
        read=_renewal,
        numerator=_("terms renewed"),
        denominator=_("terms renewed or lowered"),
        narrowed_by=_SEGMENT | {"tier"},
    ),
    Measure(
        code="program_cost",
        label=_("Cost of the programme"),
        definition=_(
            "Points earned with the orders of the period at the value that they pay with, less "
            "the expected breakage."
        ),
        unit=Unit.AMOUNT,
        read=_cost,
        is_lower_better=True,
        narrowed_by=_SEGMENT | {"store", "channel", "tier"},
    ),
    Measure(
        code="member_profit",
        label=_("Profit with members"),
        definition=_(
            "Net sales to members in the period times the margin, less the cost of the programme. "
            "The margin is a setting."
        ),
        unit=Unit.AMOUNT,
        read=_profit,
        narrowed_by=_SEGMENT | {"store", "channel", "tier"},
    ),
)
