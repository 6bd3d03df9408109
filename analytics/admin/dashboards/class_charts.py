"""How members move between classes and how classes grow, for each way of sorting."""

from typing import Any

from django.utils.translation import gettext as _

from analytics.admin.dashboards import class_words
from analytics.admin.dashboards.charts import As, Cell, Chart, Column, Kind, Part
from analytics.models import ClassKind
from analytics.selectors import class_moves
from analytics.selectors.class_moves import Flows
from analytics.selectors.measures.classes import CODES

_PEOPLE = frozenset({"tier", "segment"})


def flow(kind: ClassKind, found: Flows, *, title: Any) -> Chart:
    """From the class of the period's first day to that of its last one."""
    starts = _starts(found)
    return Chart(
        code=f"{kind.value.lower().replace('_', '-')}-flow",
        kind=Kind.SANKEY,
        is_wide=True,
        title=title,
        definition=_flow_definition(),
        numerator=_("members who went from the one class to the other, or stayed"),
        denominator=_("members in the first class on the first day"),
        source=_("the nights' classes and their changes"),
        note=class_words.between(found.first_on, found.last_on),
        columns=(
            Column(label=_("On the first day"), shown_as=As.TEXT),
            Column(label=_("On the last day"), shown_as=As.TEXT),
            Column(label=_("Members"), is_drawn=True),
            Column(label=_("Of the first class"), shown_as=As.PERCENT),
        ),
        rows=tuple(
            (
                class_words.name(kind, one.before),
                class_words.name(kind, one.after),
                one.members,
                Part(one.members, starts[one.before]).percent,
            )
            for one in sorted(found.flows, key=lambda one: _places(kind, one))
        ),
        totals=(None, None, found.members, None) if found.flows else (),
        narrowed_by=_PEOPLE,
        empty_hint=class_words.no_nights(),
    )


def matrix(kind: ClassKind, found: Flows, *, title: Any) -> Chart:
    """The same as a table with a row and a column for each class."""
    counts = {(one.before, one.after): one.members for one in found.flows}
    codes = (*CODES[kind], "")
    befores = [code for code in codes if any(counts.get((code, other)) for other in codes)]
    afters = [code for code in codes if any(counts.get((other, code)) for other in codes)]
    return Chart(
        code=f"{kind.value.lower().replace('_', '-')}-matrix",
        kind=Kind.GRID,
        is_wide=True,
        title=title,
        definition=" ".join((_flow_definition(), _("Rows: the first day; columns: the last day."))),
        source=_("the nights' classes and their changes"),
        note=class_words.between(found.first_on, found.last_on),
        columns=(
            Column(label=_("On the first day"), shown_as=As.TEXT),
            *(Column(label=class_words.name(kind, code), is_drawn=True) for code in afters),
            Column(label=_("Together")),
        ),
        rows=tuple(
            (
                class_words.name(kind, before),
                *(counts.get((before, after)) for after in afters),
                sum(counts.get((before, after), 0) for after in afters),
            )
            for before in befores
        ),
        totals=_matrix_totals(counts, befores, afters) if befores else (),
        narrowed_by=_PEOPLE,
        empty_hint=class_words.no_nights(),
    )


def trend(kind: ClassKind, days: class_moves.Days, *, title: Any) -> Chart:
    """Members of each class, night by night."""
    codes = [code for code in CODES[kind] if any(counts.get(code) for counts in days.values())]
    return Chart(
        code=f"{kind.value.lower().replace('_', '-')}-days",
        kind=Kind.LINE,
        is_wide=True,
        title=title,
        definition=_("How many members each night of the period found in each class."),
        source=_("the nights' counts, of the whole chain"),
        columns=(
            Column(label=_("Day"), shown_as=As.DAY),
            *(Column(label=class_words.name(kind, code), is_drawn=True) for code in codes),
        ),
        rows=tuple(
            (day, *(counts.get(code, 0) for code in codes)) for day, counts in sorted(days.items())
        ),
        narrowed_by=frozenset(),
        empty_hint=class_words.no_nights(),
    )


def _flow_definition() -> str:
    return _(
        "Members by their class as of the period's first and last day, as far as nights are known: "
        "the class as of a day is what the last change up to it led to. Only members who are "
        "scored today; who was in no class on both days isn't there."
    )


def _starts(found: Flows) -> dict[str, int]:
    starts: dict[str, int] = {}
    for one in found.flows:
        starts[one.before] = starts.get(one.before, 0) + one.members
    return starts


def _places(kind: ClassKind, one: class_moves.Flow) -> tuple[int, int]:
    """Classes in their order, none last, one that there is no more behind it."""
    places = {code: place for place, code in enumerate((*CODES[kind], ""))}
    return places.get(one.before, len(places)), places.get(one.after, len(places))


def _matrix_totals(
    counts: dict[tuple[str, str], int], befores: list[str], afters: list[str]
) -> tuple[Cell, ...]:
    sums = [sum(counts.get((before, after), 0) for before in befores) for after in afters]
    return (None, *sums, sum(sums))
