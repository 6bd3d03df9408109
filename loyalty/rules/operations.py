"""Operations on many members: what a row says, and what undoing one takes back.

Source: docs/algorithms/operations.md.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from loyalty.rules import lives
from loyalty.rules.entries import Document
from loyalty.rules.ledger import Ledger
from loyalty.rules.lots import Lot

MOST_POINTS = 10_000_000
# The columns that a file may have, by the words that people write above them.
HEADINGS = {
    "card": "CARD", "card number": "CARD", "card_number": "CARD", "卡号": "CARD",
    "会员卡号": "CARD",
    "phone": "PHONE", "mobile": "PHONE", "手机": "PHONE", "手机号": "PHONE", "手机号码": "PHONE",
    "external_id": "EXTERNAL", "external id": "EXTERNAL", "外部编号": "EXTERNAL",
    "issuer": "issuer", "来源": "issuer",
    "points": "points", "积分": "points",
    "expires_on": "last_on", "last_on": "last_on", "valid through": "last_on",
    "有效期": "last_on", "有效期至": "last_on",
}  # fmt: skip
KINDS = ("CARD", "PHONE", "EXTERNAL")
# Spreadsheets count days from here.
_SERIAL_ZERO = date(1899, 12, 30)


@dataclass(frozen=True, slots=True)
class Sent:
    """One row of a file, as it was written."""

    number: int
    kind: str
    value: str
    issuer: str
    points: str
    last_on: str


@dataclass(frozen=True, slots=True)
class TakenBack:
    """What became of a grant that is undone; `kept` stays with the member, `expired` is gone."""

    taken: int = 0
    debt: int = 0
    kept: int = 0
    expired: int = 0


def columns(heading: Sequence[str]) -> dict[str, int]:
    """Where the known columns stand; the first of each counts."""
    found: dict[str, int] = {}
    for index, text in enumerate(heading):
        name = HEADINGS.get(text.strip().lower())
        if name is not None:
            found.setdefault(name, index)
    return found


def sent(number: int, cells: Sequence[str], places: Mapping[str, int]) -> Sent:
    """The row's cells under their columns; the first identity that is filled in counts."""

    def cell(name: str) -> str:
        index = places.get(name)
        return cells[index] if index is not None and index < len(cells) else ""

    kind = next((one for one in KINDS if cell(one)), KINDS[0])
    return Sent(number, kind, cell(kind), cell("issuer"), cell("points"), cell("last_on"))


def points_of(text: str, each: int | None) -> int | None:
    """The row's own points, or those that each gets; None for what is no whole number of points
    from 1 to ten million."""
    if not text:
        return each
    plain = text.replace(",", "").replace(" ", "").removeprefix("+")
    if not (plain.isascii() and plain.isdecimal()) or len(plain) > 9:
        return None
    points = int(plain)
    return points if 0 < points <= MOST_POINTS else None


def day_of(text: str) -> date:
    """The last day: 2027-12-31, 2027/12/31, or a spreadsheet's number of days.

    Raises: ValueError.
    """
    if text.isascii() and text.isdecimal() and len(text) == 5:
        return _SERIAL_ZERO + timedelta(days=int(text))
    parts = text.partition(" ")[0].replace("/", "-").replace(".", "-").split("-")
    if len(parts) != 3:
        raise ValueError(text)
    year, month, day = (int(part) for part in parts)
    return date(year, month, day)


def extendable(
    lots: Sequence[Lot], *, expires_at: datetime, before_at: datetime | None, at: datetime
) -> list[Lot]:
    """Lots that live at `at`, end by `before_at` (if given) and would get a longer life."""
    return [
        lot
        for lot in lots
        if lot.remaining > 0
        and lot.expires_at is not None
        and at < lot.expires_at < expires_at
        and (before_at is None or lot.expires_at <= before_at)
    ]


def extend(ledger: Ledger, lots: Sequence[Lot], *, expires_at: datetime, operation_id: int) -> int:
    """Gives the lots their longer life; gives how many points that concerns."""
    for lot in lots:
        lives.extend(ledger, lot, expires_at, reason="OPERATION", operation_id=operation_id)
    ledger.note_next_change()
    return sum(lot.remaining for lot in lots)


def shorten(
    ledger: Ledger, before: Mapping[int, tuple[datetime | None, datetime | None]],
    *, operation_id: int, at: datetime,
) -> tuple[int, int]:  # fmt: skip
    """Undoes an extension: `before` tells by lot what its end was before and after it. Gives
    the points concerned and those that lapse at once. A lot whose end was moved again since, or
    that is spent, stays as it is. What is held lapses when its hold lets go."""
    moved = expired = 0
    for lot in list(ledger.lots):
        was, set_to = before.get(lot.id, (None, None))
        if was is None or lot.expires_at != set_to or lot.remaining <= 0:
            continue
        lives.extend(ledger, lot, was, reason="UNDO", operation_id=operation_id)
        moved += lot.remaining
        if was <= at and not lot.is_pending and lot.free > 0:
            expired += ledger.expire(lot, at)
    ledger.note_next_change()
    return moved, expired


def take_back(
    ledger: Ledger, lot: Lot, *, document: Document, reason: str, at: datetime, owes: bool
) -> TakenBack:
    """Undoes a grant: what is free of its lot is taken; what was spent meanwhile, or is held,
    becomes a debt (`owes`), which other usable points repay at once, or stays. What expired or
    was taken back before is gone already."""
    taken = lot.free if lot.remaining > 0 else 0
    gone = lot.expired + lot.clawed
    rest = lot.earned - gone - taken
    if taken:
        is_pending = lot.is_pending
        lot.clawed += taken
        ledger.enter(
            "CLAWBACK",
            -taken,
            document,
            reason,
            pending=-taken if is_pending else 0,
            active=0 if is_pending else -taken,
            movements=ledger.take_from([(lot, taken)]),
        )
    if rest and owes:
        ledger.enter("DEBT", -rest, document, reason, debt=rest)
        ledger.repay(document, at)
    ledger.note_next_change()
    return TakenBack(taken, rest if owes else 0, 0 if owes else rest, lot.expired)
