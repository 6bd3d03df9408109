"""The grids of R and F and the classes of RFM, drawn."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from analytics.admin.dashboards import class_words
from analytics.admin.dashboards.charts import TOTALS, As, Chart, Column, Kind, Part
from analytics.models import ClassKind
from analytics.rules import ratios, rfm
from analytics.selectors.measures.classes import CODES, Cell, Classes

GRID = "grid"


@dataclass(frozen=True, kw_only=True)
class Scored:
    """What the page is drawn from. `said` tells as of when the classes are."""

    classes: Classes
    said: str
    window_days: int


def grids(seen: Scored) -> tuple[Chart, ...]:
    return (
        _grid(
            seen,
            code=GRID,
            title=_("Members by R and F"),
            definition=_("How many members have each pair of scores."),
            figure=lambda cell: cell.members or None,
            shown_as=As.COUNT,
        ),
        _grid(
            seen,
            code="grid-average",
            title=_("Average M by R and F"),
            definition=_("Net sales of the window, divided by the members of the cell."),
            figure=lambda cell: ratios.each(cell.sales, cell.members),
            shown_as=As.AMOUNT,
        ),
        _grid(
            seen,
            code="grid-sales",
            title=_("Sales by R and F"),
            definition=_("Net sales of the window to the members of the cell."),
            figure=lambda cell: cell.sales or None,
            shown_as=As.AMOUNT,
        ),
    )


def _grid(
    seen: Scored,
    *,
    code: str,
    title: str,
    definition: str,
    figure: Callable[[Cell], int | None],
    shown_as: As,
) -> Chart:
    """R down, the latest buyers on top; F across. The last column and row are of all of them."""
    cells = seen.classes.grid()
    scores = range(1, rfm.HIGHEST + 1)
    explained = _(
        "R: from 5, who bought last, to 1; F: from 1, who bought least often, to 5. Both are "
        "scored among the members who bought within the window."
    )
    return Chart(
        code=code,
        kind=Kind.GRID,
        is_wide=code == GRID,
        title=title,
        definition=f"{definition} {explained}",
        source=_("the scores of members"),
        note=seen.said,
        columns=(
            Column(label=_("R"), shown_as=As.TEXT),
            *(
                Column(label=_("F %(score)s") % {"score": f}, shown_as=shown_as, is_drawn=True)
                for f in scores
            ),
            Column(label=_("Together"), shown_as=shown_as),
        ),
        rows=tuple(
            (
                _("R %(score)s") % {"score": r},
                *(figure(cells[r, f]) for f in scores),
                figure(total([cells[r, f] for f in scores])),
            )
            for r in reversed(scores)
        ),
        totals=(
            None,
            *(figure(total([cells[r, f] for r in scores])) for f in scores),
            figure(total(list(cells.values()))),
        ),
        asks=_asks_of_grid(cells),
        empty_hint=_no_orders(),
    )


def _asks_of_grid(cells: Mapping[tuple[int, int], Cell]) -> dict[tuple[int, int], dict[str, Any]]:
    """Of each cell with members, and of each row and column at its edge."""
    asks: dict[tuple[int, int], dict[str, Any]] = {}
    for (r, f), cell in cells.items():
        if cell.members:
            row, recent, often = rfm.HIGHEST - r, _score("r", r), _score("f", f)
            asks[row, f] = {"all": [recent, often]}
            asks[row, 0], asks[TOTALS, f] = recent, often
    return asks


def _score(letter: str, score: int) -> dict[str, Any]:
    return {"field": f"score.{letter}", "op": "eq", "value": score}


def total(cells: list[Cell]) -> Cell:
    return Cell(
        members=sum(one.members for one in cells),
        orders=sum(one.orders for one in cells),
        sales=sum(one.sales for one in cells),
    )


def of_classes(seen: Scored, kind: ClassKind, *, title: Any) -> Chart:
    cells = _by_class(seen.classes, kind)
    whole = total(list(cells.values()))
    return Chart(
        code=kind.value.lower().replace("_", "-"),
        kind=Kind.BAR,
        is_horizontal=True,
        is_wide=True,
        title=title,
        definition=_(
            "Members of each class, and what they bought within the %(days)s days of the window. "
            "What a class means stands beside it; means and scores are those of all who bought "
            "within the window."
        )
        % {"days": seen.window_days},
        numerator=_("members of the class; their net sales"),
        denominator=_("members with a paid order within the window; their net sales"),
        source=_("the scores of members"),
        note=seen.said,
        columns=(
            Column(label=_("Class"), shown_as=As.TEXT),
            Column(label=_("Members"), is_drawn=True),
            Column(label=_("Share"), shown_as=As.PERCENT),
            Column(label=_("Paid orders")),
            Column(label=_("Sales"), shown_as=As.AMOUNT),
            Column(label=_("Share of sales"), shown_as=As.PERCENT),
            Column(label=_("Sales each"), shown_as=As.AMOUNT),
            Column(label=_("What it means"), shown_as=As.TEXT),
        ),
        rows=tuple(
            (
                class_words.name(kind, code),
                *_figures(cells.get(code, Cell()), whole),
                class_words.definition(kind, code),
            )
            for code in CODES[kind]
        ),
        totals=(None, *_figures(whole, whole), None),
        asks={
            (row, 0): {"field": f"class.{kind.value.lower()}", "op": "eq", "value": code}
            for row, code in enumerate(CODES[kind])
            if cells.get(code, Cell()).members
        },
        empty_hint=_no_orders(),
    )


def _figures(cell: Cell, whole: Cell) -> tuple[Any, ...]:
    return (
        cell.members,
        Part(cell.members, whole.members).percent,
        cell.orders,
        cell.sales,
        Part(cell.sales, whole.sales).percent,
        ratios.each(cell.sales, cell.members),
    )


def _by_class(found: Classes, kind: ClassKind) -> dict[str, Cell]:
    cells: dict[str, Cell] = {}
    for group in found.groups:
        if code := group.classes[kind]:
            cells[code] = cells.get(code, Cell()).plus(group)
    return cells


def _no_orders() -> str:
    return _(
        "Nobody who may be profiled has bought within the window: scores appear with the orders "
        "that tills and shops send for members."
    )
