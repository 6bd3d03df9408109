"""The field inventory as the console shows it: the page in `docs/` that a test keeps equal to the
models, in the reader's language."""

import re
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from django.conf import settings
from django.utils.translation import get_language

_PAGES = {"zh": "field-inventory.zh-hans.md", "en": "field-inventory.md"}
_TITLE = re.compile(r"^## (.+)$")
_LINK = re.compile(r"\[([^\]]+)\]\([^)]+\)")


@dataclass(frozen=True)
class Cell:
    """A cell with its column's head: on a phone each stands on a line of its own."""

    head: str
    text: str


@dataclass
class Section:
    """A heading with its text, the table's head and its rows of cells."""

    title: str
    text: str = ""
    head: list[str] = field(default_factory=list)
    rows: list[list[Cell]] = field(default_factory=list)


def sections() -> list[Section]:
    """In the reader's language; the page is read once by each process."""
    return _read(_PAGES["zh" if (get_language() or "zh").startswith("zh") else "en"])


@cache
def _read(name: str) -> list[Section]:
    page = Path(settings.BASE_DIR) / "docs" / name
    found: list[Section] = []
    for line in page.read_text("utf-8").splitlines():
        title = _TITLE.match(line)
        if title:
            found.append(Section(title[1]))
        elif found:
            _add(found[-1], line.strip())
    return found


def _add(section: Section, line: str) -> None:
    if not line.startswith("|"):
        section.text = f"{section.text} {_plain(line)}".strip()
    elif not set(line) <= set("|-: "):
        cells = [_plain(cell) for cell in line.strip("|").split("|")]
        if section.head:
            section.rows.append([Cell(*one) for one in zip(section.head, cells, strict=False)])
        else:
            section.head = cells


def _plain(cell: str) -> str:
    return _LINK.sub(r"\1", cell).replace("`", "").strip()
