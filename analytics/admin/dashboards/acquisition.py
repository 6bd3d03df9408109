"""Where new members come from, what they cost, and how many of them buy."""

from typing import Any

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from analytics.admin.dashboards import place_words, tiles, trend_charts
from analytics.admin.dashboards.charts import As, Cell, Chart, Column, Kind, Part
from analytics.admin.dashboards.dashboards import Asked, Content, Dashboard
from analytics.rules import ratios
from analytics.selectors.filters import Filters
from analytics.selectors.measures import funnels, sources
from analytics.selectors.measures.sources import By, Source

SOURCES_DRAWN = 12
_PLACES = frozenset({"store", "channel"})
_TITLES = {
    By.CHANNEL: (_("By channel"), _("Channel")),
    By.PLACEMENT: (_("By placement"), _("Placement")),
    By.STORE: (_("By store"), _("Store")),
    By.GUIDE: (_("By guide"), _("Guide")),
}
_DEFINITIONS = {
    By.CHANNEL: _("New members by the channel in which they joined."),
    By.PLACEMENT: _(
        "New members by the placement that their registration named: a poster, a link."
    ),
    By.STORE: _("New members by the store in which they joined."),
    By.GUIDE: _(
        "New members by the guide who enrolled them. No spend names a guide: each new member whom "
        "a spend could have brought takes an equal part of it along."
    ),
}
_COST = _(
    "Cost: what was spent on it in the period, prorated by days, for each new member, and for each "
    "who has bought by the period's end."
)


def read(asked: Asked) -> Content:
    filters = asked.filters
    return Content(
        tiles=(
            tiles.measured("new_members", filters),
            tiles.measured("cac", filters),
            tiles.measured("cac_first_order", filters),
            tiles.measured("k_factor", filters),
        ),
        charts=(
            _visitors(filters),
            _joiners(filters),
            trend_charts.joined(asked),
            *(_sources(asked, by) for by in By),
        ),
    )


def _visitors(filters: Filters) -> Chart:
    return _funnel(
        funnels.acquisition(filters),
        code="visits",
        title=_("From a visit to the second order"),
        empty_hint=_(
            "No visits of people who were no members yet: channels send them as behavior events, "
            "with a visitor's id before they know who it is."
        ),
    )


def _joiners(filters: Filters) -> Chart:
    return _funnel(
        funnels.joining(filters),
        code="joining",
        title=_("From joining to the second order"),
        empty_hint=_("Nobody joined in these days: choose a longer period or fewer filters."),
    )


def _funnel(steps: tuple[funnels.Step, ...], *, code: str, title: Any, empty_hint: Any) -> Chart:
    first = steps[0].count
    return Chart(
        code=code,
        kind=Kind.FUNNEL,
        title=title,
        definition=" ".join(_described(step) for step in steps),
        numerator=_("people at this step who were at all steps before"),
        denominator=_("people at the first step, and at the step before"),
        source=_("behavior events, members, purchase days"),
        columns=(
            Column(label=_("Step"), shown_as=As.TEXT),
            Column(label=_("People"), is_drawn=True),
            Column(label=_("Of the first step"), shown_as=As.PERCENT),
            Column(label=_("Of the step before"), shown_as=As.PERCENT),
        ),
        rows=tuple(
            (
                str(step.label),
                step.count,
                Part(step.count, first).percent,
                Part(step.count, before.count).percent,
            )
            for step, before in zip(steps, (steps[0], *steps), strict=False)
        ),
        empty_hint=empty_hint,
    )


def _described(step: funnels.Step) -> str:
    return gettext("%(step)s: %(definition)s") % {
        "step": step.label,
        "definition": step.definition,
    }


def _sources(asked: Asked, by: By) -> Chart:
    found = sources.sources(asked.filters, by)
    title, heading = _TITLES[by]
    return Chart(
        code=by.value,
        kind=Kind.BAR,
        is_horizontal=True,
        most_drawn=SOURCES_DRAWN,
        title=title,
        definition=f"{_DEFINITIONS[by]} {_COST}",
        numerator=_("spent on it in the period"),
        denominator=_("new members; those of them with a paid order by the period's end"),
        source=_("members, channel spends as they were entered"),
        columns=(
            Column(label=heading, shown_as=As.TEXT),
            Column(label=_("New members"), is_drawn=True),
            Column(label=_("With a first order"), is_drawn=True),
            Column(label=_("Spent"), shown_as=As.AMOUNT),
            Column(label=_("Cost each"), shown_as=As.AMOUNT),
            Column(label=_("Cost each with an order"), shown_as=As.AMOUNT),
        ),
        rows=tuple((_name(asked, by, one.key), *_figures(one)) for one in found),
        totals=(None, *_figures(_whole(found))) if found else (),
        narrowed_by=_PLACES,
        empty_hint=_("Nobody joined in these days, and nothing was spent to bring them in."),
    )


def _name(asked: Asked, by: By, key: Any) -> str:
    if by == By.CHANNEL:
        return place_words.channel(asked, key)
    if by == By.STORE:
        return place_words.store(asked, key)
    return str(key or _("Not told"))


def _figures(one: Source) -> tuple[Cell, ...]:
    return (
        one.new,
        one.with_order,
        ratios.each(one.spend, 1),
        one.each.value,
        one.each_with_order.value,
    )


def _whole(found: tuple[Source, ...]) -> Source:
    return Source(
        key=None,
        new=sum(one.new for one in found),
        with_order=sum(one.with_order for one in found),
        spend=sum((one.spend for one in found), start=found[0].spend * 0),
    )


DASHBOARD = Dashboard(
    code="acquisition",
    title=_("Acquisition"),
    lead=_("Where new members come from, what they cost, and how many of them buy."),
    icon="person_add",
    read=read,
    how_to_read=_(
        "Costs are those entered under “Channel spends”; what isn't entered there costs nothing "
        "here."
    ),
)
