"""Tables of the documentation as rows, so that a page and the code can't say different numbers.

Money is written in yuan on the pages (`59.90`) and read in fen (5990).
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from zoneinfo import ZoneInfo

DOCS = Path(__file__).resolve().parent.parent / "docs"
SHANGHAI = ZoneInfo("Asia/Shanghai")
_HEADING = re.compile(r"^#{2,4} +(.+?) *$")
_FENCE = re.compile(r"^(```|~~~)")


class NoSuchTable(LookupError):
    """The page has no table under this heading."""


@dataclass(frozen=True)
class Row:
    """One line of a table; cells by the name of their column."""

    cells: Mapping[str, str]

    def __str__(self) -> str:
        return " | ".join(self.cells.values())

    def text(self, column: str) -> str:
        return self.cells[column].strip("`")

    def number(self, column: str) -> int:
        """A whole number: `1,234`, `−5`, `120 %`."""
        return _number(self.cells[column])

    def numbers(self, column: str) -> list[int]:
        """Whole numbers with spaces between them."""
        return [_number(word) for word in self.cells[column].split()]

    def amount(self, column: str) -> int:
        """Fen of an amount in yuan; an empty cell is nothing."""
        return _fen(self.cells[column])

    def amounts(self, column: str) -> list[int]:
        """Fen of several amounts with spaces between them."""
        return [_fen(word) for word in self.cells[column].split()]

    def day(self, column: str) -> date:
        return date.fromisoformat(self.cells[column])

    def instant(self, column: str, zone: ZoneInfo = SHANGHAI) -> datetime | None:
        """A time on the wall in `zone`; `never` is None."""
        text = self.cells[column]
        return None if text == "never" else datetime.fromisoformat(text).replace(tzinfo=zone)


def rows(page: str, heading: str) -> list[Row]:
    """The first table under `heading` of `docs/<page>`.

    Raises: NoSuchTable.
    """
    found = tables(page).get(heading)
    if not found:
        raise NoSuchTable(f"docs/{page}: {heading}")
    return found


def tables(page: str) -> dict[str, list[Row]]:
    """The first table under each heading that has one."""
    found: dict[str, list[Row]] = {}
    for heading, lines in _sections((DOCS / page).read_text()):
        table = list(_first_table(lines))
        if table:
            found.setdefault(heading, table)
    return found


def _sections(text: str) -> Iterator[tuple[str, list[str]]]:
    heading, lines, is_code = "", list[str](), False
    for line in text.splitlines():
        is_code ^= bool(_FENCE.match(line))
        begins = None if is_code else _HEADING.match(line)
        if begins:
            yield heading, lines
            heading, lines = begins[1], []
        else:
            lines.append(line)
    yield heading, lines


def _first_table(lines: list[str]) -> Iterator[Row]:
    names: list[str] = []
    for line in lines:
        if not line.startswith("|"):
            if names:
                return
            continue
        cells = [cell.strip() for cell in line.strip().strip("|").split("|")]
        if not names:
            names = cells
        elif not set(line) <= set("|-: "):
            yield Row(dict(zip(names, cells, strict=True)))


def _number(text: str) -> int:
    return int(text.replace(",", "").replace("−", "-").rstrip("% "))


def _fen(text: str) -> int:
    plain = text.replace(",", "").replace("−", "-").lstrip("¥") or "0"
    return int(Decimal(plain) * 100)
