"""A list of members' ids as people send it: one a line, as a file or pasted. Pure."""

from dataclasses import dataclass

# What spreadsheets call the column; the first line may be it.
_HEADERS = frozenset(
    {"card", "card number", "card_number", "member", "id", "卡号", "会员卡号", "会员"}
)
_MARK = "\ufeff"


@dataclass(frozen=True)
class Listed:
    """An id and the line that it stands in, counted from 1."""

    line: int
    id: str


def read(text: str) -> list[Listed]:
    """The first cell of each line that has one; a header is passed over."""
    found: list[Listed] = []
    for number, line in enumerate(text.removeprefix(_MARK).splitlines(), 1):
        cell = _first_cell(line)
        is_header = not found and cell.casefold() in _HEADERS
        if cell and not is_header:
            found.append(Listed(number, cell))
    return found


def _first_cell(line: str) -> str:
    for separator in (",", ";", "\t"):
        line = line.split(separator, 1)[0]
    return line.strip().strip('"').strip()
