"""A figure with its change against the period that is compared with."""

from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from analytics.admin.dashboards import cells
from analytics.admin.dashboards.charts import EVERY_FILTER, As
from analytics.registry import measures
from analytics.registry.measures import Measure, Value
from analytics.rules import comparisons
from analytics.selectors.filters import Filters


@dataclass(frozen=True, kw_only=True)
class Tile:
    """`before` is the value of the compared period; None without one. `parts_shown_as`: how
    numerator and denominator are printed."""

    code: str
    label: Any
    definition: Any
    shown_as: As
    value: Value
    before: Value | None = None
    numerator: Any = ""
    denominator: Any = ""
    parts_shown_as: tuple[As, As] = (As.COUNT, As.COUNT)
    is_lower_better: bool = False
    narrowed_by: frozenset[str] = EVERY_FILTER


@dataclass(frozen=True, kw_only=True)
class Change:
    """`tone` is "good", "bad" or "" where nothing moved."""

    text: str
    is_up: bool
    tone: str


def measured(
    code: str,
    filters: Filters,
    *,
    is_compared: bool = True,
    parts_shown_as: tuple[As, As] | None = None,
) -> Tile:
    """A registered measure over the period, and over the one that it is compared with.

    Raises: KeyError, for a code that nobody registered.
    """
    measure = measures.measure(code)
    other = of_compared(filters) if is_compared else None
    before = measure.read(other) if other is not None else None
    return of_measure(measure, measure.read(filters), before, parts_shown_as)


def of_compared(filters: Filters) -> Filters | None:
    """The same places and members in the period that is compared with; None without one."""
    if filters.compared is None:
        return None
    return replace(filters, period=filters.compared, compared=None)


def of_measure(
    measure: Measure,
    value: Value,
    before: Value | None = None,
    parts_shown_as: tuple[As, As] | None = None,
) -> Tile:
    """An amount that is a quotient is one of money and heads, unless `parts_shown_as` says else."""
    shown_as = cells.OF_UNIT.get(measure.unit, As.DECIMAL)
    money_and_heads = (As.AMOUNT, As.COUNT)
    usual = money_and_heads if shown_as == As.AMOUNT else (As.COUNT, As.COUNT)
    return Tile(
        code=measure.code,
        label=measure.label,
        definition=measure.definition,
        shown_as=shown_as,
        parts_shown_as=parts_shown_as or usual,
        value=value,
        before=before,
        numerator=measure.numerator,
        denominator=measure.denominator,
        is_lower_better=measure.is_lower_better,
        narrowed_by=measure.narrowed_by,
    )


def change_of(tile: Tile) -> Change | None:
    """In per cent; of a percentage in points. None where there is nothing to compare."""
    now, before = tile.value.value, tile.before.value if tile.before else None
    if now is None or before is None:
        return None
    if tile.shown_as == As.PERCENT:
        moved: Decimal | None = Decimal(now) - Decimal(before)
        text = _("%(points)s points") % {"points": abs(moved or 0)}
    else:
        moved = comparisons.change_percent(round(now), round(before))
        text = f"{abs(moved):,}%" if moved is not None else ""
    if moved is None:
        return None
    is_good = (moved > 0) is not tile.is_lower_better
    return Change(text=text, is_up=moved > 0, tone=("good" if is_good else "bad") if moved else "")


def parts_text(tile: Tile, currency: str) -> str:
    """`1,204 / 4,310`: what the figure is a part of."""
    value = tile.value
    if value.numerator is None or value.denominator is None:
        return ""
    above, below = tile.parts_shown_as
    return " / ".join(
        cells.text(part, shown_as, currency)
        for part, shown_as in ((value.numerator, above), (value.denominator, below))
    )
