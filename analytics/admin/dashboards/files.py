"""Charts as files: one as CSV or XLSX, a whole dashboard as one CSV or a workbook of sheets.

CSV has amounts in whole units with a point (`1234.50`), percentages as numbers (`12.3`), days as
2026-03-31; a workbook has numbers that a spreadsheet computes with. No text is a formula.
"""

import csv
import io
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.http import HttpResponse
from django.utils.translation import gettext as _
from xlsxwriter import Workbook

from analytics.admin.dashboards import cells
from analytics.admin.dashboards.charts import As, Cell, Chart
from analytics.admin.dashboards.tiles import Tile
from loyalty.rules import money
from loyalty.selectors.operations import safe

CSV = "text/csv; charset=utf-8"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
KINDS = ("csv", "xlsx")
# What a spreadsheet in Chinese needs to read the text as Unicode.
_MARK = "\ufeff"
_SHEET_NAME_LENGTH = 31
_NOT_IN_SHEET_NAMES = re.compile(r"[\[\]:*?/\\']")


@dataclass(frozen=True, kw_only=True)
class Contents:
    """What a file holds. `about` says of when and of what the figures are, row by row."""

    name: str
    currency: str
    about: Sequence[tuple[str, str]]
    tiles: Sequence[Tile]
    charts: Sequence[Chart]
    has_one_chart: bool = False


def answer(kind: str, contents: Contents) -> HttpResponse:
    """The file as a download. `kind` is one of `KINDS`."""
    content = as_csv(contents) if kind == "csv" else as_xlsx(contents)
    file = HttpResponse(content, content_type=CSV if kind == "csv" else XLSX)
    file["Content-Disposition"] = f'attachment; filename="{contents.name}.{kind}"'
    return file


def as_csv(contents: Contents) -> bytes:
    """One chart is a table that a machine reads; several stand below each other with titles."""
    text = io.StringIO()
    writer = csv.writer(text)
    for row in _csv_rows(contents):
        writer.writerow([_written(cell) for cell in row])
    return (_MARK + text.getvalue()).encode()


def as_xlsx(contents: Contents) -> bytes:
    """A sheet for each chart, after one that says what the figures are."""
    file = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with Workbook(file, options) as book:
        sheets = _Sheets(book, contents.currency)
        sheets.add(_("About"), [*contents.about])
        if contents.tiles:
            sheets.add_tiles(contents)
        for chart in contents.charts:
            sheets.add_chart(chart)
    return file.getvalue()


def _csv_rows(contents: Contents) -> Iterator[Sequence[Any]]:
    if contents.has_one_chart:
        yield from _table(contents.charts[0], contents.currency)
        return
    yield from contents.about
    if contents.tiles:
        yield ()
        yield from _tile_rows(contents)
    for chart in contents.charts:
        yield ()
        yield (str(chart.title),)
        yield from _table(chart, contents.currency)


def _tile_rows(contents: Contents) -> Iterator[Sequence[Any]]:
    yield (
        _("Figure"),
        _("Value"),
        _("Numerator"),
        _("Denominator"),
        _("Compared with"),
        _("Meaning"),
    )
    for tile in contents.tiles:
        above, below = tile.parts_shown_as
        before = tile.before.value if tile.before else None
        yield (
            str(tile.label),
            cells.plain(tile.value.value, tile.shown_as, contents.currency),
            cells.plain(tile.value.numerator, above, contents.currency),
            cells.plain(tile.value.denominator, below, contents.currency),
            cells.plain(before, tile.shown_as, contents.currency),
            str(tile.definition),
        )


def _table(chart: Chart, currency: str) -> Iterator[Sequence[Any]]:
    columns = cells.filed(chart.columns)
    yield [heading for _index, _as, heading in columns]
    for row in _rows(chart):
        yield [cells.of_file(row[index], shown_as, currency) for index, shown_as, _h in columns]


def _rows(chart: Chart) -> Iterator[tuple[Cell, ...]]:
    """The totals' first cell is empty on the page, where the row says what it is."""
    yield from chart.rows
    if chart.totals:
        yield (chart.totals[0] or _("Total"), *chart.totals[1:])


def _written(cell: Any) -> str:
    if cell is None:
        return ""
    return safe(cell) if isinstance(cell, str) else str(cell)


class _Sheets:
    """Sheets of a workbook, each with a name of its own."""

    def __init__(self, book: Any, currency: str) -> None:
        self.book, self.currency = book, currency
        amount = f"#,##0.{'0' * money.digits(currency)}".rstrip(".")
        symbol = money.symbol(currency)
        self.head = book.add_format({"bold": True, "bottom": 1})
        self.formats = {
            As.AMOUNT: book.add_format({"num_format": f'"{symbol}"{amount}'}),
            As.PERCENT: book.add_format({"num_format": '0.0"%"'}),
            As.COUNT: book.add_format({"num_format": "#,##0"}),
        }
        self.names: set[str] = set()

    def add(self, name: str, rows: Sequence[Sequence[Any]], *, has_head: bool = False) -> Any:
        sheet = self.book.add_worksheet(self._name(name))
        sheet.set_column(0, 0, 28)
        sheet.set_column(1, 40, 16)
        for number, row in enumerate(rows):
            is_head = has_head and number == 0
            for column, cell in enumerate(row):
                self._write(sheet, (number, column), cell, self.head if is_head else None)
        return sheet

    def add_tiles(self, contents: Contents) -> None:
        """Each figure in its own unit: 38.6 % isn't 38.6."""
        rows = list(_tile_rows(contents))
        sheet = self.add(_("Figures"), rows[:1], has_head=True)
        for number, (row, tile) in enumerate(zip(rows[1:], contents.tiles, strict=True), start=1):
            kinds = (None, tile.shown_as, *tile.parts_shown_as, tile.shown_as, None)
            for column, (cell, kind) in enumerate(zip(row, kinds, strict=True)):
                self._write(sheet, (number, column), cell, self.formats.get(kind))

    def add_chart(self, chart: Chart) -> None:
        rows = list(_table(chart, self.currency))
        sheet = self.add(str(chart.title), rows[:1], has_head=True)
        sheet.freeze_panes(1, 1)
        columns = cells.filed(chart.columns)
        for number, row in enumerate(rows[1:], start=1):
            for column, (cell, (_i, shown_as, _h)) in enumerate(zip(row, columns, strict=True)):
                self._write(sheet, (number, column), cell, self.formats.get(shown_as))

    def _write(self, sheet: Any, place: tuple[int, int], cell: Any, form: Any) -> None:
        """Text is written as text, whatever it begins with."""
        if isinstance(cell, int | Decimal):
            sheet.write_number(*place, float(cell), form)
        elif cell is not None:
            sheet.write_string(*place, str(cell), form)

    def _name(self, title: str) -> str:
        """Spreadsheets refuse some signs, long names, and a name twice."""
        short = _NOT_IN_SHEET_NAMES.sub(" ", title)[:_SHEET_NAME_LENGTH].strip() or "Sheet"
        number, name = 2, short
        while name.lower() in self.names:
            name = f"{short[: _SHEET_NAME_LENGTH - 4]} {number}"
            number += 1
        self.names.add(name.lower())
        return name
