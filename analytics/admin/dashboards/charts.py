"""A chart and its table: one and the same thing. What is drawn are columns of the table, which is
shown below the drawing and is what exports hold."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Any

from analytics.rules import comparisons

# Filters that a figure may heed.
EVERY_FILTER = frozenset({"store", "channel", "tier", "segment"})
# The row of totals, where cells are named by row and column.
TOTALS = -1


class Kind(StrEnum):
    LINE = "line"
    BAR = "bar"
    STACKED = "stacked"
    RING = "ring"
    HEAT_MAP = "heat_map"
    FUNNEL = "funnel"
    SANKEY = "sankey"
    GRID = "grid"
    # Nothing drawn: the table stands open.
    TABLE = "table"


# What the vendored ECharts draws; Unfold's Chart.js draws the others.
DRAWN_BY_ECHARTS = frozenset({Kind.HEAT_MAP, Kind.FUNNEL, Kind.SANKEY, Kind.GRID})


class As(StrEnum):
    """How a column's cells are printed. Amounts are minor units, a percentage has one decimal, a
    share is a `Part`."""

    TEXT = "text"
    COUNT = "count"
    AMOUNT = "amount"
    PERCENT = "percent"
    DECIMAL = "decimal"
    DAY = "day"
    MONTH = "month"
    SHARE = "share"


_NAMES = frozenset({As.TEXT, As.DAY, As.MONTH})


@dataclass(frozen=True)
class Part:
    """So many of so many: printed as a percentage with its count."""

    count: int
    whole: int

    @property
    def percent(self) -> Decimal | None:
        return comparisons.share_percent(self.count, self.whole)


Cell = str | int | Decimal | date | Part | None


@dataclass(frozen=True, kw_only=True)
class Column:
    """`is_drawn`: a line, bar or step of the drawing; `is_before` draws it pale: the period that
    is compared with; `is_below` draws it below the line: what went away."""

    label: Any
    shown_as: As = As.COUNT
    is_drawn: bool = False
    is_before: bool = False
    is_below: bool = False


@dataclass(frozen=True, kw_only=True)
class Chart:
    """The first column names the rows; of a flow the first two do.

    `definition` says what is counted, `numerator`, `denominator` and `source` of what and from
    where; all are texts in the reader's language. `totals` has a cell for each column, None where
    a sum would mean nothing. `narrowed_by` names the filters that the chart heeds: what doesn't
    heed stores isn't shown to those who work for some stores only. `links` are what a row adds to
    the page's filters, one for each row. `colors` are the rows' own. `asks` are conditions of
    segments: who stands in the cell of a row and column, both counted from 0 (`TOTALS` is the row
    of totals).
    """

    code: str
    kind: Kind
    title: Any
    definition: Any
    columns: tuple[Column, ...]
    rows: tuple[tuple[Cell, ...], ...]
    totals: tuple[Cell, ...] = ()
    numerator: Any = ""
    denominator: Any = ""
    source: Any = ""
    note: Any = ""
    empty_hint: Any = ""
    narrowed_by: frozenset[str] = EVERY_FILTER
    links: tuple[Mapping[str, str], ...] = ()
    colors: tuple[str, ...] = ()
    asks: Mapping[tuple[int, int], Mapping[str, Any]] = field(default_factory=dict)
    most_drawn: int = 400
    is_wide: bool = False
    is_horizontal: bool = False
    # The table stands open below the drawing.
    is_open: bool = False

    @property
    def drawn(self) -> list[int]:
        return [index for index, column in enumerate(self.columns) if column.is_drawn]

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing but noughts to see, drawn or not; none of some is something. A
        table of words alone is empty without rows."""
        told = [index for index, column in enumerate(self.columns) if column.shown_as not in _NAMES]
        if not told:
            return not self.rows
        return not any(_is_something(row[index]) for row in self.rows for index in told)


def _is_something(cell: Cell) -> bool:
    return bool(cell.whole if isinstance(cell, Part) else cell)
