"""Points along the period, tiers and their flow, drawn."""

from typing import Any

from django.utils.translation import gettext as _

from analytics.admin.dashboards import tier_words
from analytics.admin.dashboards.charts import As, Chart, Column, Kind, Part
from analytics.admin.dashboards.dashboards import Asked
from analytics.selectors import points_figures, trends
from analytics.selectors.filters import Filters
from analytics.selectors.measures import tiers as tier_measures
from analytics.selectors.trends import Grain
from loyalty.models import Tier

_PEOPLE = frozenset({"tier", "segment"})


def points(filters: Filters) -> Chart:
    grain = trends.grain_of(filters.period)
    found = points_figures.parts(filters.period, grain)
    rows = [(one.from_on, one.issued, one.redeemed, one.expired, one.clawed_back) for one in found]
    return Chart(
        code="points",
        kind=Kind.STACKED,
        is_wide=True,
        title=_("Points that came and went"),
        definition=_(
            "Issued: points earned. Redeemed: points used, less those that refunds gave back. "
            "Expired: points that lapsed. Taken back: by refunds. What went is drawn below the "
            "line."
        ),
        source=_("days' points, from the ledger"),
        columns=(
            _first(grain),
            Column(label=_("Issued"), is_drawn=True),
            Column(label=_("Redeemed"), is_drawn=True, is_below=True),
            Column(label=_("Expired"), is_drawn=True, is_below=True),
            Column(label=_("Taken back"), is_drawn=True, is_below=True),
        ),
        rows=tuple(rows),
        totals=(None, *(sum(row[place] for row in rows) for place in range(1, 5))),  # type: ignore[misc]
        note=_("Where refunds gave back more than was used, redeemed points stand above the line."),
        narrowed_by=frozenset(),
        empty_hint=_("No point moved in these days: points come with the first orders."),
    )


def with_orders(filters: Filters) -> Chart:
    grain = trends.grain_of(filters.period)
    found = points_figures.with_orders(filters, grain)
    return Chart(
        code="with-orders",
        kind=Kind.LINE,
        is_wide=True,
        title=_("Points with orders"),
        definition=_(
            "Points that the orders of these days earned, and points spent on them, by the place "
            "of the order. What refunds took or gave back later isn't deducted."
        ),
        source=_("days' figures"),
        columns=(
            _first(grain),
            Column(label=_("Earned"), is_drawn=True),
            Column(label=_("Spent"), is_drawn=True),
        ),
        rows=tuple((one.from_on, one.earned, one.spent) for one in found),
        totals=(None, sum(one.earned for one in found), sum(one.spent for one in found)),
        empty_hint=_("No order of these days earned or spent points."),
    )


def tiers(asked: Asked) -> Chart:
    counts: dict[Tier, int] = {}
    for one in tier_measures.flow(asked.filters):
        counts[one.after] = counts.get(one.after, 0) + one.members
    held = sorted(counts.items(), key=lambda pair: pair[0].rank)
    whole = sum(counts.values())
    return Chart(
        code="tiers",
        kind=Kind.RING,
        title=_("Members by tier"),
        definition=_("Members by the tier that they held at the end of the period's last day."),
        numerator=_("members in the tier"),
        denominator=_("all members then"),
        source=_("accounts and changes of tier"),
        columns=(
            Column(label=_("Tier"), shown_as=As.TEXT),
            Column(label=_("Members"), is_drawn=True),
            Column(label=_("Share"), shown_as=As.PERCENT),
        ),
        rows=tuple(
            (tier_words.name(asked, tier), count, Part(count, whole).percent)
            for tier, count in held
        ),
        totals=(None, whole, None),
        colors=tuple(tier.color for tier, _count in held),
        narrowed_by=_PEOPLE,
        empty_hint=_("Nobody had joined by then."),
    )


def conversions(asked: Asked) -> Chart:
    found = tier_measures.conversions(asked.filters)
    return Chart(
        code="conversions",
        kind=Kind.BAR,
        is_horizontal=True,
        title=_("Who rose"),
        definition=_(
            "Of the members who were in a tier when the period began, those who were in a higher "
            "one at any moment of it."
        ),
        numerator=_("members who rose"),
        denominator=_("members in the tier when the period began"),
        source=_("accounts and changes of tier"),
        columns=(
            Column(label=_("Tier"), shown_as=As.TEXT),
            Column(label=_("Rose"), shown_as=As.SHARE, is_drawn=True),
            Column(label=_("At the period's begin")),
        ),
        rows=tuple(
            (tier_words.name(asked, one.tier), Part(one.risen, one.members), one.members)
            for one in found
        ),
        totals=(
            None,
            Part(sum(one.risen for one in found), sum(one.members for one in found)),
            sum(one.members for one in found),
        ),
        narrowed_by=_PEOPLE,
        empty_hint=_("Nobody was in a tier below the highest when the period began."),
    )


def flow(asked: Asked) -> Chart:
    found = tier_measures.flow(asked.filters)
    starts: dict[int | None, int] = {}
    for one in found:
        starts[_id(one.before)] = starts.get(_id(one.before), 0) + one.members
    return Chart(
        code="flow",
        kind=Kind.SANKEY,
        title=_("From tier to tier"),
        definition=_(
            "Members by the tier that they held when the period began and at its end; who joined "
            "in it came from “New members”. A merged card is its survivor."
        ),
        numerator=_("members who went from the one tier to the other, or stayed"),
        denominator=_("members in the first tier when the period began"),
        source=_("accounts and changes of tier"),
        columns=(
            Column(label=_("At the begin"), shown_as=As.TEXT),
            Column(label=_("At the end"), shown_as=As.TEXT),
            Column(label=_("Members"), is_drawn=True),
            Column(label=_("Of the first tier"), shown_as=As.PERCENT),
        ),
        rows=tuple(
            (
                tier_words.name(asked, one.before) if one.before else _("New members"),
                tier_words.name(asked, one.after),
                one.members,
                Part(one.members, starts[_id(one.before)]).percent,
            )
            for one in found
        ),
        totals=(None, None, sum(one.members for one in found), None) if found else (),
        narrowed_by=_PEOPLE,
        empty_hint=_("Nobody had joined by the period's end."),
    )


def lapsing(filters: Filters) -> Chart:
    found = points_figures.lapsing(filters)
    return Chart(
        code="lapsing",
        kind=Kind.STACKED,
        title=_("Points that will lapse"),
        definition=_(
            "What members hold now, by the month of the last day on which it can be used: from the "
            "period's last day to the end of the twelfth month after it. Points held for an order "
            "lapse only once they are let go."
        ),
        source=_("open lots, as they are now"),
        columns=(
            Column(label=_("Month"), shown_as=As.MONTH),
            Column(label=_("Free to use"), is_drawn=True),
            Column(label=_("Held for orders"), is_drawn=True),
        ),
        rows=tuple((one.month, one.points, one.held) for one in found),
        totals=(None, sum(one.points for one in found), sum(one.held for one in found)),
        narrowed_by=_PEOPLE,
        empty_hint=_("No point lapses in the next twelve months."),
    )


def _first(grain: Grain) -> Column:
    label: Any = {Grain.DAY: _("Day"), Grain.WEEK: _("Week from"), Grain.MONTH: _("Month")}[grain]
    return Column(label=label, shown_as=As.MONTH if grain == Grain.MONTH else As.DAY)


def _id(tier: Tier | None) -> int | None:
    return None if tier is None else tier.pk
