"""What members are worth: classes, lifetime value, profit, concentration, health, stages."""

from collections.abc import Callable, Hashable
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from analytics.admin.dashboards import class_words, health_charts, stage_charts, tiles, value_charts
from analytics.admin.dashboards.charts import As, Chart, Column, Kind, Part
from analytics.admin.dashboards.dashboards import Asked, Content, Dashboard
from analytics.admin.dashboards.tiles import Tile
from analytics.models import ClassKind
from analytics.registry.measures import Value
from analytics.rules import ratios
from analytics.selectors import class_figures
from analytics.selectors.class_figures import Figures, Group, Sums
from analytics.selectors.measures.classes import CODES


def read(asked: Asked) -> Content:
    filters = asked.filters
    found = class_figures.figures(filters)
    return Content(
        tiles=(
            tiles.measured("clv_simple", filters, is_compared=False),
            tiles.measured("churn_year", filters, is_compared=False),
            tiles.measured("member_profit", filters),
            tiles.measured("program_cost", filters),
            _warned(found),
        ),
        charts=(
            _classes(found, ClassKind.VALUE, _("Value classes"), lambda one: one.value_class),
            _classes(
                found, ClassKind.CUSTOMER, _("Customer classes"), lambda one: one.customer_class
            ),
            value_charts.concentration(filters),
            value_charts.lifetime(asked),
            value_charts.tiers(asked),
            health_charts.health(found),
            health_charts.warnings(filters),
            health_charts.foresight(),
            stage_charts.stages(found),
            stage_charts.indicators(asked, found),
        ),
    )


def _warned(found: Figures) -> Tile:
    low = found.by(lambda one: one.health_class).get("low", Sums()).members
    whole = found.whole.buyers
    return Tile(
        code="health_low",
        label=_("Health below the warning"),
        definition=_("Members whose health is below the warning, of all with a health."),
        shown_as=As.PERCENT,
        value=Value(value=Part(low, whole).percent, numerator=low, denominator=whole),
        numerator=_("members below the warning"),
        denominator=_("members with a health"),
        is_lower_better=True,
    )


def _classes(
    found: Figures, kind: ClassKind, title: str, key: Callable[[Group], Hashable]
) -> Chart:
    sums, whole = found.by(key), found.whole
    return Chart(
        code=kind.value.lower(),
        kind=Kind.BAR,
        is_horizontal=True,
        title=title,
        definition=_(
            "Members of each class, and what they bought in the 365 days that end with the day. "
            "What a class means stands beside it; the cuts are settings."
        ),
        numerator=_("members of the class; their net sales"),
        denominator=_("all members who may be profiled; their net sales"),
        source=_("the scores of members"),
        note=class_words.as_of(found.as_of, is_of_night=found.is_of_night),
        columns=(
            Column(label=_("Class"), shown_as=As.TEXT),
            Column(label=_("Members"), is_drawn=True),
            Column(label=_("Share"), shown_as=As.PERCENT),
            Column(label=_("Sales"), shown_as=As.AMOUNT),
            Column(label=_("Share of sales"), shown_as=As.PERCENT),
            Column(label=_("Sales each"), shown_as=As.AMOUNT),
            Column(label=_("What it means"), shown_as=As.TEXT),
        ),
        rows=tuple(
            (
                class_words.name(kind, code),
                *_figures(sums.get(code, Sums()), whole),
                class_words.definition(kind, code),
            )
            for code in CODES[kind]
        ),
        totals=(None, *_figures(whole, whole), None),
        empty_hint=class_words.nobody(),
    )


def _figures(one: Sums, whole: Sums) -> tuple[Any, ...]:
    return (
        one.members,
        Part(one.members, whole.members).percent,
        one.sales,
        Part(one.sales, whole.sales).percent,
        ratios.each(one.sales, one.members),
    )


DASHBOARD = Dashboard(
    code="value",
    title=gettext_lazy("Member value"),
    lead=gettext_lazy("What members are worth, what they cost, and whose relation is at risk."),
    icon="diamond",
    read=read,
    how_to_read=gettext_lazy(
        "Lifetime value is the simple formula: it takes the past year for all years to come. "
        "Members who objected to being profiled have no class and no health; their sales still "
        "count in concentration, lifetime value and profit."
    ),
)
