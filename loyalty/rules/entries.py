"""What a posting writes into the ledger, and the balances it works on."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(slots=True)
class Balances:
    """Points by what may be done with them, and the lifetime sums."""

    pending: int = 0
    active: int = 0
    held: int = 0
    debt: int = 0
    earned: int = 0
    redeemed: int = 0
    expired: int = 0

    @property
    def available(self) -> int:
        """What can be spent: nothing while there is a debt."""
        return 0 if self.debt else self.active - self.held


@dataclass(frozen=True, slots=True)
class Document:
    """What an entry comes from: its type and id, when it happened, and the key of a repeat.

    `note` is a person's text, sealed, as hexadecimal digits.
    """

    type: str
    id: int | None
    key: str
    occurred_at: datetime
    actor_id: int | None = None
    note: str = ""


@dataclass(frozen=True, slots=True)
class Entry:
    """A ledger entry to be written; `movements` are (lot id, signed points)."""

    ref: int
    kind: str
    points: int
    pending_change: int
    active_change: int
    debt_change: int
    pending_after: int
    active_after: int
    debt_after: int
    reason: str
    document: Document
    key: str
    movements: tuple[tuple[int, int], ...] = ()


@dataclass(frozen=True, slots=True)
class Clawback:
    """What became of points to be taken back; the parts sum to what was asked."""

    asked: int = 0
    taken: int = 0
    absorbed: int = 0
    debt: int = 0
    uncollected: int = 0


@dataclass(frozen=True, slots=True)
class Extension:
    """That a lot's expiry moves; `reason` SLIDE, GRACE, OPERATION or UNDO."""

    lot_id: int
    before_at: datetime | None
    after_at: datetime | None
    reason: str
    operation_id: int | None = None
