"""The scorecards: where the figures should be, where they are, and what it comes to."""

from decimal import Decimal
from functools import reduce
from typing import Any

from django.urls import reverse_lazy
from django.utils.html import format_html
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from analytics.admin.dashboards import cells
from analytics.admin.dashboards.charts import EVERY_FILTER, As, Chart, Column, Kind
from analytics.admin.dashboards.dashboards import Asked, Content, Dashboard
from analytics.admin.dashboards.tiles import Tile, of_compared
from analytics.registry.measures import Value
from analytics.selectors import scorecards
from analytics.selectors.figures import Unit
from analytics.selectors.scorecards import Card, Line

MANAGE = reverse_lazy("admin:analytics_scorecard_changelist")


def read(asked: Asked) -> Content:
    found = list(scorecards.rows())
    cards = [scorecards.read(one, asked.filters) for one in found]
    other = of_compared(asked.filters)
    before = [scorecards.read(one, other) for one in found] if other is not None else cards
    return Content(
        tiles=tuple(
            _tile(card, earlier if other is not None else None)
            for card, earlier in zip(cards, before, strict=True)
        ),
        charts=tuple(_chart(card, asked) for card in cards) or (_none(),),
    )


def _tile(card: Card, before: Card | None) -> Tile:
    return Tile(
        code=card.scorecard.code,
        label=card.scorecard.name,
        definition=_(
            "The attained parts of the targets by their weights. More than a target counts as the "
            "target; figures that can't be told are left out with their weights."
        ),
        shown_as=As.PERCENT,
        value=Value(value=card.score),
        before=None if before is None else Value(value=before.score),
        narrowed_by=_heeded(card),
    )


def _heeded(card: Card) -> frozenset[str]:
    """The filters that each of its figures heeds."""
    return reduce(
        frozenset[str].intersection, (line.measure.narrowed_by for line in card.lines), EVERY_FILTER
    )


def _chart(card: Card, asked: Asked) -> Chart:
    # With nothing to draw, the targets still stand there.
    is_drawn = any(line.part for line in card.lines)
    return Chart(
        code=card.scorecard.code,
        kind=Kind.BAR if is_drawn else Kind.TABLE,
        is_horizontal=True,
        is_wide=True,
        is_open=True,
        title=card.scorecard.name,
        definition=_(
            "Each measure of the card over the period, its target, and the part of the target that "
            "is reached: the figure divided by the target, or, where lower is better, the target "
            "divided by the figure."
        ),
        source=_("the measures, as defined on their own pages"),
        note=_unknown(card),
        columns=(
            Column(label=_("Measure"), shown_as=As.TEXT),
            Column(label=_("Figure"), shown_as=As.TEXT),
            Column(label=_("Target"), shown_as=As.TEXT),
            Column(label=_("Attained"), shown_as=As.PERCENT, is_drawn=is_drawn),
            Column(label=_("Weight, %"), shown_as=As.COUNT),
        ),
        rows=tuple(_row(line, asked.currency) for line in card.lines),
        totals=(None, None, None, card.score, sum(line.goal.weight for line in card.lines)),
        empty_hint=_("No figure of this card can be told for the period: choose a longer one."),
        narrowed_by=_heeded(card),
    )


def _row(line: Line, currency: str) -> tuple[Any, ...]:
    sign = "≤" if line.goal.is_lower_better else "≥"
    target = _text(line, line.target, currency)
    return (
        str(line.measure.label),
        _text(line, line.value.value, currency),
        f"{sign} {target}",
        line.attained_percent,
        line.goal.weight,
    )


def _text(line: Line, value: int | Decimal | None, currency: str) -> str:
    if isinstance(value, Decimal) and value == value.to_integral_value():
        value = int(value)
    if line.measure.unit == Unit.SECONDS and value is not None:
        return gettext("%(minutes)s min") % {"minutes": f"{Decimal(value) / 60:,.1f}"}
    return cells.text(value, cells.OF_UNIT.get(line.measure.unit, As.DECIMAL), currency)


def _unknown(card: Card) -> str:
    if not card.unknown:
        return ""
    return gettext("No longer defined, and left out: %(codes)s.") % {
        "codes": ", ".join(card.unknown)
    }


def _none() -> Chart:
    return Chart(
        code="none",
        kind=Kind.TABLE,
        is_wide=True,
        title=_("No scorecard yet"),
        definition=_("A scorecard says where figures should be, and how much each of them weighs."),
        columns=(Column(label=_("Measure"), shown_as=As.TEXT), Column(label=_("Target"))),
        rows=(),
        empty_hint=format_html(
            '<a class="console-link" href="{}">{}</a>',
            MANAGE,
            gettext("Make the first one: measures and targets."),
        ),
    )


DASHBOARD = Dashboard(
    code="scorecard",
    title=_("Scorecard"),
    lead=_("Whether the figures are where they should be."),
    icon="sports_score",
    read=read,
    how_to_read=_(
        "The score is a matter of the targets and weights that were chosen: compare a card with "
        "itself over time, not with another one."
    ),
)
