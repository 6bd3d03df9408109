"""Health and its warning, and whether it foretold silence, drawn."""

from decimal import Decimal
from fractions import Fraction
from typing import Any

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from analytics.admin.dashboards import class_words
from analytics.admin.dashboards.charts import As, Chart, Column, Kind
from analytics.models import ClassKind
from analytics.selectors import class_moves, health_reports, policies
from analytics.selectors.class_figures import Figures
from analytics.selectors.filters import Filters

_TENTHS = range(10)


def health(found: Figures) -> Chart:
    sums = found.by(lambda one: (one.health_tenth, one.health_class))
    counts = {key: one.members for key, one in sums.items() if key[0] is not None}
    warning = policies.current().health_warning
    return Chart(
        code="health",
        kind=Kind.STACKED,
        title=_("Health"),
        definition=_(
            "How many members have which health, from 0 to 100: R, F, M, engagement and service "
            "by their weights. The warning stands at %(warning)s."
        )
        % {"warning": warning},
        source=_("the scores of members"),
        note=class_words.as_of(found.as_of, is_of_night=found.is_of_night),
        columns=(
            Column(label=_("Health"), shown_as=As.TEXT),
            Column(label=_("Not below the warning"), is_drawn=True),
            Column(label=_("Below the warning"), is_drawn=True),
        ),
        rows=tuple(
            (
                f"{tenth * 10}–{tenth * 10 + (10 if tenth == _TENTHS[-1] else 9)}",
                counts.get((tenth, "fine"), 0),
                counts.get((tenth, "low"), 0),
            )
            for tenth in _TENTHS
        ),
        totals=(None, *(sum(n for (_t, code), n in counts.items() if code == said)
                        for said in ("fine", "low"))),
        empty_hint=class_words.nobody(),
    )  # fmt: skip


def warnings(filters: Filters) -> Chart:
    days = class_moves.by_day(filters.period, [ClassKind.HEALTH])[ClassKind.HEALTH]
    moved = class_moves.moved_by_day(filters.period, ClassKind.HEALTH)
    rows = tuple(
        (
            day,
            counts.get("low", 0),
            moved.get(day, {}).get(("fine", "low"), 0),
            moved.get(day, {}).get(("low", "fine"), 0),
        )
        for day, counts in sorted(days.items())
    )
    return Chart(
        code="warnings",
        kind=Kind.LINE,
        title=_("The warning, night by night"),
        definition=_(
            "Members below the warning each night; how many of them fell below it since the night "
            "before, and how many others came back."
        ),
        source=_("the nights' counts and changes, of the whole chain"),
        columns=(
            Column(label=_("Day"), shown_as=As.DAY),
            Column(label=_("Below the warning"), is_drawn=True),
            Column(label=_("Fell below it"), is_drawn=True),
            Column(label=_("Came back"), is_drawn=True),
        ),
        rows=rows,
        totals=(None, None, sum(row[2] for row in rows), sum(row[3] for row in rows)),
        narrowed_by=frozenset(),
        empty_hint=class_words.no_nights(),
    )


def foresight() -> Chart:
    found = health_reports.latest()
    rows: tuple[Any, ...] = ()
    if found is not None:
        rows = (
            (_("Health"), _area(found.health_area), found.members, found.silent),
            (_("Days since the last order alone"), _area(found.recency_area), found.members,
             found.silent),
        )  # fmt: skip
    return Chart(
        code="foresight",
        kind=Kind.TABLE,
        is_wide=True,
        title=_("Does a low health foretell silence?"),
        definition=_(
            "Of members with a health %(days)s days ago, who bought nothing since? The area under "
            "the ROC curve is the chance that one who fell silent had a worse figure before than "
            "one who didn't: 0.5 is no better than a coin, 1 is always right. Where health isn't "
            "above the plain rule, the rule does."
        )
        % {"days": health_reports.HORIZON_DAYS},
        source=_("scores computed as of that day, purchase days after it"),
        note=_as_of_then(found),
        columns=(
            Column(label=_("Judged by"), shown_as=As.TEXT),
            Column(label=_("Area under the curve"), shown_as=As.DECIMAL),
            Column(label=_("Members")),
            Column(label=_("Fell silent")),
        ),
        rows=rows,
        narrowed_by=frozenset(),
        empty_hint=_(
            "Not known yet: it takes a night's scores and some weeks of orders behind them."
        ),
    )


def _as_of_then(found: Any) -> str:
    if found is None:
        return ""
    return _("As of %(day)s.") % {"day": date_format(found.as_of, "DATE_FORMAT")}


def _area(area: Fraction | None) -> Decimal | None:
    return None if area is None else round(Decimal(area.numerator) / area.denominator, 3)
