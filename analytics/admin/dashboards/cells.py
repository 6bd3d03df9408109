"""Cells in words: on the page, in a file and as a number that a script draws."""

from datetime import date
from decimal import Decimal
from typing import Any

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from analytics.admin.dashboards.charts import As, Cell, Column, Part
from analytics.selectors.figures import Unit
from loyalty.rules import money

NONE = "–"
OF_UNIT = {Unit.COUNT: As.COUNT, Unit.AMOUNT: As.AMOUNT, Unit.PERCENT: As.PERCENT}


def text(cell: Cell, shown_as: As, currency: str) -> str:
    """As people read it; a dash where there is nothing to tell."""
    if cell is None or cell == "":
        return NONE
    if isinstance(cell, Part):
        return NONE if cell.percent is None else f"{cell.percent}% ({cell.count:,})"
    if isinstance(cell, date):
        return date_format(cell, "YEAR_MONTH_FORMAT" if shown_as == As.MONTH else "DATE_FORMAT")
    if isinstance(cell, str):
        return cell
    return _number(cell, shown_as, currency)


def _number(cell: int | Decimal, shown_as: As, currency: str) -> str:
    if shown_as == As.AMOUNT:
        return money.text(round(cell), currency)
    if shown_as == As.PERCENT:
        return f"{cell:,}%"
    return f"{cell:,}"


def short(cell: Cell, shown_as: As, currency: str) -> str:
    """As text, where there is little room: days without their year."""
    if isinstance(cell, date) and shown_as == As.DAY:
        return date_format(cell, "MONTH_DAY_FORMAT")
    return text(cell, shown_as, currency)


def plain(cell: Cell, shown_as: As, currency: str) -> Any:
    """A value for a file or a script: amounts in whole units, months as 2026-03, a share as its
    percentage; None where there is nothing to tell."""
    if isinstance(cell, Part):
        return cell.percent
    if isinstance(cell, date):
        return f"{cell:%Y-%m}" if shown_as == As.MONTH else cell.isoformat()
    if shown_as == As.AMOUNT and isinstance(cell, int | Decimal):
        return Decimal(cell).scaleb(-money.digits(currency))
    return cell


def filed(columns: tuple[Column, ...]) -> list[tuple[int, As, str]]:
    """The columns of a file: index, how it is written, heading. A share becomes two."""
    found: list[tuple[int, As, str]] = []
    for index, column in enumerate(columns):
        if column.shown_as == As.SHARE:
            found.append((index, As.COUNT, str(column.label)))
            heading = _("%(column)s, %%") % {"column": column.label}
            found.append((index, As.PERCENT, heading))
        else:
            found.append((index, column.shown_as, str(column.label)))
    return found


def of_file(cell: Cell, shown_as: As, currency: str) -> Any:
    """One cell of a file."""
    if isinstance(cell, Part) and shown_as == As.COUNT:
        return cell.count
    return plain(cell, shown_as, currency)
