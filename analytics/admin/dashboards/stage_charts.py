"""The stages of the life cycle, each with what tells most about it."""

from collections.abc import Sequence
from typing import Any

from django.utils.translation import gettext as _

from analytics.admin.dashboards import cells, class_words
from analytics.admin.dashboards.charts import EVERY_FILTER, As, Chart, Column, Kind, Part
from analytics.admin.dashboards.dashboards import Asked
from analytics.models import ClassKind
from analytics.registry import measures
from analytics.rules import ratios
from analytics.selectors.class_figures import Figures, Sums
from analytics.selectors.measures.classes import CODES

# What a measure of the registry says of a stage.
_MEASURED: Sequence[tuple[str, str]] = (
    ("acquisition", "cac"),
    ("acquisition", "cac_first_order"),
    ("growth", "bounce_rate"),
    ("growth", "cross_buying_rate"),
    ("maturity", "returning_rate"),
    ("maturity", "k_factor"),
)


def stages(found: Figures) -> Chart:
    sums, whole = found.by(lambda one: one.stage), found.whole
    return Chart(
        code="stages",
        kind=Kind.BAR,
        is_horizontal=True,
        is_wide=True,
        title=_("Stages of the life cycle"),
        definition=_(
            "Members of each stage; sales, orders and repeat buyers are those of the 365 days that "
            "end with the day. Own gap: the median of the days between a member's purchase days; "
            "a gap that widens comes before decline."
        ),
        numerator=_("members of the stage; of them those of the column"),
        denominator=_("all members who may be profiled; members of the stage"),
        source=_("the scores of members, members' metrics"),
        note=class_words.as_of(found.as_of, is_of_night=found.is_of_night),
        columns=(
            Column(label=_("Stage"), shown_as=As.TEXT),
            Column(label=_("Members"), is_drawn=True),
            Column(label=_("Share"), shown_as=As.PERCENT),
            Column(label=_("Sales"), shown_as=As.AMOUNT),
            Column(label=_("Orders each"), shown_as=As.DECIMAL),
            Column(label=_("Average order"), shown_as=As.AMOUNT),
            Column(label=_("With two orders or more"), shown_as=As.SHARE),
            Column(label=_("Days since the last order, mean")),
            Column(label=_("Away longer than their own gap"), shown_as=As.SHARE),
            Column(label=_("What it means"), shown_as=As.TEXT),
        ),
        rows=tuple(
            (
                class_words.name(ClassKind.STAGE, code),
                *_figures(sums.get(code, Sums()), whole),
                class_words.definition(ClassKind.STAGE, code),
            )
            for code in CODES[ClassKind.STAGE]
        ),
        totals=(None, *_figures(whole, whole), None),
        empty_hint=class_words.nobody(),
    )


def _figures(one: Sums, whole: Sums) -> tuple[Any, ...]:
    return (
        one.members,
        Part(one.members, whole.members).percent,
        one.sales,
        ratios.factor(one.orders, one.members),
        ratios.each(one.sales, one.orders),
        Part(one.returning, one.members),
        ratios.each(one.recency_days, one.buyers),
        Part(one.overdue, one.with_gap),
    )


def indicators(asked: Asked, found: Figures) -> Chart:
    decline = found.by(lambda one: one.stage).get("decline", Sums())
    known = {code: measures.measure(code) for _stage, code in _MEASURED}
    rows = [
        (
            class_words.name(ClassKind.STAGE, stage),
            str(known[code].label),
            cells.text(
                known[code].read(asked.filters).value,
                cells.OF_UNIT.get(known[code].unit, As.DECIMAL),
                asked.currency,
            ),
            str(known[code].definition),
        )
        for stage, code in _MEASURED
    ]
    rows.append(
        (
            class_words.name(ClassKind.STAGE, "decline"),
            _("Away longer than their own gap"),
            cells.text(Part(decline.overdue, decline.with_gap), As.SHARE, asked.currency),
            _("Of members in decline with two purchase days or more, those away longer."),
        )
    )
    return Chart(
        code="indicators",
        kind=Kind.TABLE,
        is_wide=True,
        title=_("Each stage's own indicators"),
        definition=_(
            "What tells most about a stage, over the period: what new members cost, whether they "
            "come a second time, whether regulars stay and bring others, and whose gaps widen."
        ),
        source=_("the measures, as defined beside them"),
        columns=(
            Column(label=_("Stage"), shown_as=As.TEXT),
            Column(label=_("Indicator"), shown_as=As.TEXT),
            Column(label=_("Figure"), shown_as=As.TEXT),
            Column(label=_("What it is"), shown_as=As.TEXT),
        ),
        rows=tuple(rows),
        narrowed_by=EVERY_FILTER.intersection(*(one.narrowed_by for one in known.values())),
    )
