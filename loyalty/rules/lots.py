"""Lots: points with one life, and the order in which they are spent."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime

_NEVER = datetime.max.replace(tzinfo=UTC)


@dataclass(slots=True)
class Lot:
    """A lot while a posting works on it. `id` below zero: a lot that this posting creates.

    `earned = remaining + spent + expired + clawed`; `absorbed` is the expired part that refunds
    have already covered. `restored_at`: when this posting gave spent points back into it.
    """

    id: int
    earned: int
    remaining: int
    activates_at: datetime
    expires_at: datetime | None
    is_pending: bool = False
    held: int = 0
    expired: int = 0
    clawed: int = 0
    absorbed: int = 0
    order_id: int | None = None
    is_sliding: bool = False
    entry_ref: int = 0
    is_changed: bool = False
    restored_at: datetime | None = None

    @property
    def free(self) -> int:
        """Points that nothing holds."""
        return self.remaining - self.held

    def next_change_at(self) -> datetime | None:
        """When this lot next activates or lapses; None: never. What is held doesn't lapse."""
        if self.is_pending:
            return self.activates_at
        return self.expires_at if self.free > 0 else None


def spend_order(lot: Lot) -> tuple[datetime, datetime, int]:
    """Soonest to expire first, never-expiring last; then the first to become active; then the
    first in. Lots of this posting (ids below zero) come after those in the database.
    """
    order = lot.id if lot.id > 0 else 2**62 - lot.id
    return (lot.expires_at or _NEVER, lot.activates_at, order)


def usable(lots: Iterable[Lot], at: datetime) -> list[Lot]:
    """Active lots with free points that have not lapsed at `at`, in spend order."""
    return sorted(
        (
            lot
            for lot in lots
            if not lot.is_pending
            and lot.free > 0
            and (lot.expires_at is None or at < lot.expires_at)
        ),
        key=spend_order,
    )


def take(lots: Iterable[Lot], points: int, at: datetime) -> list[tuple[Lot, int]]:
    """How `points` come out of the usable lots: (lot, points) in spend order; it may be less
    than asked when there is less."""
    parts = []
    for lot in usable(lots, at):
        if points <= 0:
            break
        part = min(points, lot.free)
        parts.append((lot, part))
        points -= part
    return parts


def earliest_change(lots: Iterable[Lot]) -> datetime | None:
    """The first instant at which any of the lots activates or lapses."""
    return min(
        (change for lot in lots if (change := lot.next_change_at()) is not None), default=None
    )
