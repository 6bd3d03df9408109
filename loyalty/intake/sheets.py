"""Tables that people upload: CSV as spreadsheets write it, and XLSX. Cells come out as text.

Source: ECMA-376, SpreadsheetML, of which only the first sheet's values are read.
"""

import csv
import io
import zipfile
from collections.abc import Iterator
from typing import IO
from xml.etree import ElementTree as ET

from members.errors import DomainError

MOST_BYTES = 20 * 1024 * 1024
# A small file may unpack to a huge one.
MOST_UNPACKED_BYTES = 200 * 1024 * 1024
_MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
_SHEET, _TEXTS = "xl/worksheets/sheet1.xml", "xl/sharedStrings.xml"
_LETTERS = 26


class FileTooLarge(DomainError):
    """The file is larger than 20 MB: split it."""

    code = "file_too_large"
    status = 413


class UnreadableFile(DomainError):
    """This is no CSV or XLSX file that we can read. Save it again as CSV (UTF-8) or XLSX."""

    code = "unreadable_file"


def rows(file: IO[bytes]) -> Iterator[list[str]]:
    """The rows of the file, cells trimmed; empty rows are empty lists, so that numbers stay.

    Raises: FileTooLarge, UnreadableFile; also while it is read.
    """
    content = file.read(MOST_BYTES + 1)
    if len(content) > MOST_BYTES:
        raise FileTooLarge
    found = _xlsx(content) if content.startswith(b"PK") else _csv(content)
    for row in found:
        cells = [cell.strip() for cell in row]
        yield cells if any(cells) else []


def _csv(content: bytes) -> Iterator[list[str]]:
    text = _decoded(content)
    head = text.partition("\n")[0]
    delimiter = max(",;\t", key=head.count)
    try:
        yield from csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    except csv.Error:
        raise UnreadableFile from None


def _decoded(content: bytes) -> str:
    # Spreadsheets in Chinese still save "CSV" in the old national code.
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" not in text:
            return text
    raise UnreadableFile


def _xlsx(content: bytes) -> Iterator[list[str]]:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as book:
            if sum(part.file_size for part in book.infolist()) > MOST_UNPACKED_BYTES:
                raise FileTooLarge
            texts = _texts(book)
            with book.open(_SHEET) as sheet:
                yield from _sheet_rows(sheet, texts)
    except (zipfile.BadZipFile, KeyError, IndexError, ValueError, ET.ParseError):
        raise UnreadableFile from None


def _texts(book: zipfile.ZipFile) -> list[str]:
    if _TEXTS not in book.namelist():
        return []
    with book.open(_TEXTS) as part:
        return [
            "".join(text.text or "" for text in item.iter(f"{_MAIN}t"))
            for item in _elements(part, "si")
        ]


def _sheet_rows(sheet: IO[bytes], texts: list[str]) -> Iterator[list[str]]:
    before = 0
    for row in _elements(sheet, "row"):
        number = int(row.get("r") or before + 1)
        # Rows that were never written to are left out of the file.
        yield from ([] for _ in range(number - before - 1))
        yield _cells(row, texts)
        before = number
        row.clear()


def _elements(part: IO[bytes], name: str) -> Iterator[ET.Element]:
    # Expat itself refuses entities that blow up, and nothing outside the file is fetched.
    for _event, element in ET.iterparse(part):  # noqa: S314
        if element.tag == f"{_MAIN}{name}":
            yield element


def _cells(row: ET.Element, texts: list[str]) -> list[str]:
    cells: dict[int, str] = {}
    for cell in row.iter(f"{_MAIN}c"):
        place = cell.get("r", "")
        index = _column(place) if place else len(cells)
        cells[index] = _value(cell, texts)
    return [cells.get(index, "") for index in range(max(cells, default=-1) + 1)]


def _value(cell: ET.Element, texts: list[str]) -> str:
    if cell.get("t") == "inlineStr":
        return "".join(text.text or "" for text in cell.iter(f"{_MAIN}t"))
    value = cell.findtext(f"{_MAIN}v") or ""
    if cell.get("t") == "s":
        return texts[int(value)]
    # A whole number may be written as 120.0 or 1.38E+10, and 4.6 as 4.5999999999999996:
    # spreadsheets keep seventeen digits and show fifteen.
    if cell.get("t") in (None, "n") and value:
        number = float(value)
        return str(int(number)) if number.is_integer() else f"{number:.15g}"
    return value


def _column(place: str) -> int:
    """`AB12` → 27."""
    index = 0
    for letter in place:
        if not letter.isalpha():
            break
        index = index * _LETTERS + ord(letter.upper()) - ord("A") + 1
    if not 0 < index <= 16_384:
        raise ValueError(place)
    return index - 1
