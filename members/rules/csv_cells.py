"""Cells of a file that somebody opens in a spreadsheet."""

from typing import Any

# What a spreadsheet would take for a formula begins like this, also in wide letters.
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")


def safe(cell: str) -> str:
    """The cell as text also where it begins like a formula."""
    return f"'{cell}" if cell.startswith(_FORMULA) else cell


def shown(value: Any) -> str:
    """The value as a cell: nothing for None, figures as they are, texts made safe."""
    if value is None:
        return ""
    if isinstance(value, bool | int | float):
        return str(value)
    return safe(str(value))
