"""Rows of a file of channel spends: which columns there are, and what a row says."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal, InvalidOperation, Overflow

# The columns that a file may have, by the words that people write above them.
HEADINGS = {
    "number": "number", "编号": "number", "单号": "number",
    "channel": "channel", "渠道": "channel",
    "store": "store", "门店": "store",
    "placement": "placement", "投放位置": "placement", "位置": "placement",
    "from": "from", "from_on": "from", "开始日期": "from", "从": "from",
    "to": "to", "to_on": "to", "结束日期": "to", "到": "to",
    "amount": "amount", "金额": "amount", "费用": "amount",
    "note": "note", "备注": "note",
}  # fmt: skip
NEEDED = ("number", "channel", "from", "to", "amount")
NUMBER_LENGTH, PLACEMENT_LENGTH, NOTE_LENGTH = 60, 80, 200
MOST_AMOUNT = 10**14
MOST_DAYS = 3_660
# Spreadsheets count days from here.
_SERIAL_ZERO = date(1899, 12, 30)
_SERIAL_DIGITS = 5


class BadRow(Exception):
    """What is wrong with a row: a stable code; the console says it in words."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True, kw_only=True)
class Row:
    """A spend as a file says it: codes of channel and store, minor units, both days included."""

    number: str
    channel: str
    store: str
    placement: str
    from_on: date
    to_on: date
    amount: int
    note: str


def columns(heading: Sequence[str]) -> dict[str, int]:
    """Where the known columns stand; the first of each counts."""
    found: dict[str, int] = {}
    for index, text in enumerate(heading):
        name = HEADINGS.get(text.strip().lower())
        if name is not None:
            found.setdefault(name, index)
    return found


def missing(places: Mapping[str, int]) -> list[str]:
    return [name for name in NEEDED if name not in places]


def row(cells: Sequence[str], places: Mapping[str, int], *, digits: int) -> Row:
    """What the cells say; `digits` are those of the currency's minor unit.

    Raises: BadRow.
    """

    def cell(name: str) -> str:
        index = places.get(name)
        return cells[index].strip() if index is not None and index < len(cells) else ""

    number = cell("number")
    if not number:
        raise BadRow("number_missing")
    if any(
        len(cell(name)) > most
        for name, most in (
            ("number", NUMBER_LENGTH), ("placement", PLACEMENT_LENGTH), ("note", NOTE_LENGTH)
        )
    ):  # fmt: skip
        raise BadRow("text_too_long")
    from_on, to_on = _day(cell("from")), _day(cell("to"))
    if to_on < from_on:
        raise BadRow("days_not_in_order")
    if (to_on - from_on).days >= MOST_DAYS:
        raise BadRow("days_too_many")
    return Row(
        number=number,
        channel=cell("channel"),
        store=cell("store"),
        placement=cell("placement"),
        from_on=from_on,
        to_on=to_on,
        amount=_amount(cell("amount"), digits),
        note=cell("note"),
    )


def _day(text: str) -> date:
    """2026-03-31, 2026/3/31, 2026年3月31日, or a spreadsheet's number of days."""
    if len(text) == _SERIAL_DIGITS and text.isascii() and text.isdigit():
        return _SERIAL_ZERO + timedelta(days=int(text))
    plain = text.replace("/", "-").replace("年", "-").replace("月", "-").removesuffix("日")
    parts = plain.split("-")
    try:
        year, month, day = (int(part) for part in parts)
        return date(year, month, day)
    except (ValueError, OverflowError):
        raise BadRow("day_wrong") from None


def _amount(text: str, digits: int) -> int:
    """`1,234.50` in whole units to minor ones; no more decimals than the currency has."""
    try:
        amount = Decimal(text.replace(",", "").replace("，", "")).scaleb(digits)
    except InvalidOperation:
        raise BadRow("amount_wrong") from None
    except Overflow:
        raise BadRow("amount_out_of_bounds") from None
    if not amount.is_finite() or amount != amount.to_integral_value():
        raise BadRow("amount_wrong")
    if not 0 <= amount <= MOST_AMOUNT:
        raise BadRow("amount_out_of_bounds")
    return int(amount)
