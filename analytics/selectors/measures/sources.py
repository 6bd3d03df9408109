"""Where new members come from and what they cost: by channel, placement, store and guide."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from fractions import Fraction
from typing import Any

from django.utils.translation import gettext_lazy as _

from analytics.registry.measures import Measure, Value
from analytics.rules import spends
from analytics.selectors import asking, narrowing, rollups, spans
from analytics.selectors.figures import Unit
from analytics.selectors.filters import Filters
from analytics.selectors.measures import people, values

_ALL = frozenset({"store", "channel", "tier", "segment"})
_PLACES = frozenset({"store", "channel"})
# A page that lists more sources than this is read by nobody; the costliest come first.
MOST_SOURCES = 500


class By(StrEnum):
    CHANNEL = "channel"
    PLACEMENT = "placement"
    STORE = "store"
    GUIDE = "guide"


@dataclass(frozen=True, kw_only=True)
class Source:
    """New members of one source, those of them with a first paid order by the period's end, and
    what was spent on it in the period: minor units, exact. `key` is the id of a channel or store,
    the text of a placement or guide; None or "" where none was told."""

    key: int | str | None
    new: int
    with_order: int
    spend: Fraction

    @property
    def each(self) -> Value:
        """CAC: what a new member cost."""
        return values.average(self.spend, self.new)

    @property
    def each_with_order(self) -> Value:
        """What a new member with a first order cost."""
        return values.average(self.spend, self.with_order)


@dataclass(frozen=True)
class _Group:
    """New members who came by the same channel, store, placement and guide."""

    channel: int | None
    store: int | None
    placement: str
    guide: str
    new: int
    with_order: int


def whole(filters: Filters) -> Source:
    """All sources together; two queries."""
    groups = _groups(filters)
    return Source(
        key=None,
        new=sum(one.new for one in groups),
        with_order=sum(one.with_order for one in groups),
        spend=sum((amount for _row, amount in _spends(filters)), Fraction()),
    )


def sources(filters: Filters, by: By) -> tuple[Source, ...]:
    """One for each value, what cost most first, then by members; at most 500. Two queries.

    What was spent on a channel, store or placement is what was entered for it. No spend names a
    guide: each new member whom a spend could have brought takes an equal part of it along.
    """
    groups, paid = _groups(filters), _spends(filters)
    spent = _by_guide(groups, paid) if by == By.GUIDE else _by_name(paid, by)
    new: defaultdict[Any, int] = defaultdict(int)
    with_order: defaultdict[Any, int] = defaultdict(int)
    for one in groups:
        new[getattr(one, by)] += one.new
        with_order[getattr(one, by)] += one.with_order
    found = [
        Source(key=key, new=new[key], with_order=with_order[key], spend=spent[key])
        for key in {*new, *spent}
    ]
    found.sort(key=lambda one: (-one.spend, -one.new, str(one.key)))
    return tuple(found[:MOST_SOURCES])


def _by_name(paid: Iterable[tuple[dict[str, Any], Fraction]], by: By) -> defaultdict[Any, Fraction]:
    spent: defaultdict[Any, Fraction] = defaultdict(Fraction)
    for row, amount in paid:
        spent[row[by]] += amount
    return spent


def _by_guide(
    groups: Iterable[_Group], paid: Iterable[tuple[dict[str, Any], Fraction]]
) -> defaultdict[Any, Fraction]:
    spent: defaultdict[Any, Fraction] = defaultdict(Fraction)
    for row, amount in paid:
        brought = [one for one in groups if _could_bring(row, one)]
        members = sum(one.new for one in brought)
        if not members:
            spent[""] += amount
        for one in brought:
            spent[one.guide] += amount * Fraction(one.new, members)
    return spent


def _could_bring(row: dict[str, Any], group: _Group) -> bool:
    return (
        row["channel"] == group.channel
        and row["store"] in (None, group.store)
        and row["placement"] in ("", group.placement)
    )


def _groups(filters: Filters) -> list[_Group]:
    there = narrowing.of_joiners(filters, rows="m")
    # Whoever bought anywhere counts: a place narrows where they joined.
    sql = _NEW.format(there=there.sql, firsts=rollups.first_days(narrowing.without_places(filters)))
    return [_Group(*row) for row in asking.rows(sql, there.params | spans.of(filters))]


def _spends(filters: Filters) -> list[tuple[dict[str, Any], Fraction]]:
    """What was spent, with the part of it that falls into the period."""
    there = narrowing.of_places(filters, rows="s")
    found = []
    for channel, store, placement, first, last, amount in asking.rows(
        _SPENDS.format(there=there.sql), there.params
    ):
        row = {"channel": channel, "store": store, "placement": placement}
        found.append((row, _part(amount, first, last, filters)))
    return found


def _part(amount: int, first: date, last: date, filters: Filters) -> Fraction:
    period = filters.period
    return spends.within(amount, (first, last), (period.from_on, period.to_on))


_NEW = f"""
SELECT m.channel_id, m.store_id, m.placement, m.guide, count(*), count(f.member_id)
FROM members_member m LEFT JOIN {{firsts}} f ON f.member_id = m.id
WHERE m.joined_at >= %(from_at)s AND m.joined_at < %(until_at)s
    AND m.state IN {people.COUNTED} AND {{there}}
GROUP BY 1, 2, 3, 4
"""  # noqa: S608
_SPENDS = """
SELECT s.channel_id, s.store_id, s.placement, s.from_on, s.to_on, s.amount
FROM analytics_channelspend s
WHERE s.from_on <= %(to_on)s AND s.to_on >= %(from_on)s AND {there}
"""


def _cac(filters: Filters) -> Value:
    return whole(filters).each


def _cac_with_order(filters: Filters) -> Value:
    return whole(filters).each_with_order


def _k_factor(filters: Filters) -> Value:
    """Who joined in the period through a member, for each member when it began."""
    found = people.joined(filters)
    return values.factor(found.referred, found.members - found.new)


MEASURES = (
    Measure(
        code="cac",
        label=_("Cost per new member (CAC)"),
        definition=_(
            "What was spent on channels in the period, prorated by days, divided by the members "
            "who joined in it."
        ),
        unit=Unit.AMOUNT,
        read=_cac,
        numerator=_("spent on channels"),
        denominator=_("new members"),
        is_lower_better=True,
        narrowed_by=_PLACES,
    ),
    Measure(
        code="cac_first_order",
        label=_("Cost per new member with an order"),
        definition=_(
            "What was spent on channels in the period, prorated by days, divided by the members "
            "who joined in it and have a paid order by its end."
        ),
        unit=Unit.AMOUNT,
        read=_cac_with_order,
        numerator=_("spent on channels"),
        denominator=_("new members with a first order"),
        is_lower_better=True,
        narrowed_by=_PLACES,
    ),
    Measure(
        code="k_factor",
        label=_("K-factor"),
        definition=_(
            "Members who joined in the period through another member, for each member when it "
            "began: invitations per member times the conversion of an invitation, each of which "
            "is a measure of its own."
        ),
        unit=Unit.NUMBER,
        read=_k_factor,
        numerator=_("new members through a member"),
        denominator=_("members when the period began"),
        narrowed_by=_ALL,
    ),
)
