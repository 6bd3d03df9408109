"""A member's ledger while one posting works on it: balances, open lots, new entries.

Pure: the service reads the account and its lots under the lock, calls these methods, and writes
what came out. Entries carry the balances after them, so they must be made in order.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from loyalty.rules import lives, settling
from loyalty.rules import lots as lot_rules
from loyalty.rules.entries import Balances, Document, Entry, Extension
from loyalty.rules.holds import Hold
from loyalty.rules.lots import Lot

Parts = list[tuple[Lot, int]]


@dataclass(slots=True)
class Ledger:
    """Working copy of one member's points.

    `lots` are the open ones, and those of an order that a refund looks at; `holds` the open ones.
    An order that only earns needs none while nothing is due before `next_change_at`
    (`knows_all_lots` is false).
    """

    member_id: int
    balances: Balances
    lots: list[Lot] = field(default_factory=list)
    holds: list[Hold] = field(default_factory=list)
    next_change_at: datetime | None = None
    knows_all_lots: bool = True
    entries: list[Entry] = field(default_factory=list)
    new_lots: list[Lot] = field(default_factory=list)
    extensions: list[Extension] = field(default_factory=list)

    def settle(self, at: datetime) -> int:
        """Activates, expires and times out what is due by `at`, each with its own date; debts
        are repaid as points become usable. Gives how many points expired."""
        if self.next_change_at is None or self.next_change_at > at:
            return 0
        return settling.settle(self, at)

    def earn(
        self,
        points: int,
        *,
        document: Document,
        reason: str,
        activates_at: datetime,
        expires_at: datetime | None,
        at: datetime,
        kind: str = "EARN",
        order_id: int | None = None,
        is_sliding: bool = False,
    ) -> Lot | None:
        """A new lot of `points`: pending when it activates after `at`. Repays a debt at once."""
        if points <= 0:
            return None
        is_pending = activates_at > at
        lot = Lot(
            id=-(len(self.new_lots) + 1),
            earned=points,
            remaining=points,
            activates_at=activates_at,
            expires_at=expires_at,
            is_pending=is_pending,
            order_id=order_id,
            is_sliding=is_sliding,
        )
        self.balances.earned += points if kind == "EARN" else 0
        entry = self.enter(
            kind,
            points,
            document,
            reason,
            pending=points if is_pending else 0,
            active=0 if is_pending else points,
        )
        lot.entry_ref = entry.ref
        self.new_lots.append(lot)
        self.lots.append(lot)
        if not is_pending:
            self.repay_from([lot], document)
        change = lot.next_change_at() if lot.remaining else None
        if change is not None and (self.next_change_at is None or change < self.next_change_at):
            self.next_change_at = change
        return lot

    def redeem(self, points: int, *, document: Document, reason: str, at: datetime) -> bool:
        """Spends `points` if so many are available at `at`; lots in spend order."""
        if points <= 0 or points > self.available_at(at):
            return False
        movements = self.take_from(lot_rules.take(self.lots, points, at))
        self.balances.redeemed += points
        self.enter("REDEEM", -points, document, reason, active=-points, movements=movements)
        self.note_next_change()
        return True

    def lower(
        self,
        points: int,
        *,
        document: Document,
        reason: str,
        at: datetime,
        may_owe: bool = False,
    ) -> bool:
        """Takes `points` by an adjustment; where there is less it is refused, or with `may_owe`
        the rest becomes a debt."""
        available = self.available_at(at)
        if points <= 0 or (points > available and not may_owe):
            return False
        taken = min(points, available)
        movements = self.take_from(lot_rules.take(self.lots, taken, at)) if taken else ()
        owed = points - taken
        self.enter(
            "ADJUST",
            -points,
            document,
            reason,
            active=-taken,
            debt=owed,
            movements=movements,
        )
        self.note_next_change()
        return True

    def available_at(self, at: datetime) -> int:
        """Points that can be spent at `at`, whether or not a job has run."""
        if self.balances.debt:
            return 0
        return sum(lot.free for lot in lot_rules.usable(self.lots, at))

    def restore(
        self,
        parts: Sequence[tuple[Lot, int]],
        *,
        document: Document,
        reason: str,
        at: datetime | None = None,
        grace_until_at: datetime | None = None,
    ) -> int:
        """Gives spent points back into the lots they came from, with their expiry; those that
        lapsed by `at` live on until `grace_until_at`, where the programme grants it."""
        points = sum(part for _, part in parts)
        if points <= 0:
            return 0
        for lot, part in parts:
            if lot not in self.lots:
                self.lots.append(lot)
            lot.remaining += part
            lot.is_changed = True
            lot.restored_at = document.occurred_at
            if grace_until_at and at and lot.expires_at and lot.expires_at <= at < grace_until_at:
                lives.extend(self, lot, grace_until_at, reason="GRACE")
        self.balances.redeemed -= points
        movements = tuple((lot.id, part) for lot, part in parts)
        self.enter("RESTORE", points, document, reason, active=points, movements=movements)
        self.note_next_change()
        return points

    def repay(self, document: Document, at: datetime) -> int:
        """Pays a debt out of usable points, in spend order."""
        return self.repay_from(lot_rules.usable(self.lots, at), document)

    @property
    def is_changed(self) -> bool:
        """Whether there is anything to write."""
        return bool(
            self.entries
            or self.extensions
            or any(not hold.is_open for hold in self.holds)
            or any(lot.is_changed for lot in self.lots)
        )

    def changed_lots(self) -> list[Lot]:
        """Lots of the database that this posting touched."""
        return [lot for lot in self.lots if lot.id > 0 and lot.is_changed]

    # Below: one change each.

    def expire(self, lot: Lot, when: datetime) -> int:
        """What nothing holds of a lapsed lot is gone; gives how many points. What came back after
        the end is gone when it came back: it can't have been missing before it was there."""
        points = lot.free
        if lot.restored_at is not None:
            when = max(when, lot.restored_at)
        document = Document("LOT", max(lot.id, 0) or None, self.lot_key(lot), when)
        lot.remaining -= points
        lot.expired += points
        lot.is_changed = True
        self.balances.expired += points
        self.enter(
            "EXPIRE",
            -points,
            document,
            "expired",
            active=-points,
            movements=((lot.id, -points),),
            # A restored lot can lapse again: what it had lost before tells the two apart.
            key_suffix=f":{lot.expired}",
        )
        return points

    def lot_key(self, lot: Lot) -> str:
        if lot.id > 0:
            return f"lot:{lot.id}"
        return self.entries[lot.entry_ref - 1].key

    def repay_from(self, lots: Iterable[Lot], document: Document) -> int:
        rest = self.balances.debt
        parts = []
        for lot in lots:
            part = min(rest, lot.free)
            if part > 0:
                parts.append((lot, part))
                rest -= part
        points = self.balances.debt - rest
        if points:
            movements = self.take_from(parts)
            self.enter(
                "REPAY",
                -points,
                document,
                "debt_repaid",
                active=-points,
                debt=-points,
                movements=movements,
                key_suffix=f":{rest}",
            )
        return points

    def take_from(self, parts: Iterable[tuple[Lot, int]]) -> tuple[tuple[int, int], ...]:
        """Lowers the lots; gives the movements of the entry that says so."""
        movements = []
        for lot, part in parts:
            lot.remaining -= part
            lot.is_changed = True
            movements.append((lot.id, -part))
        return tuple(movements)

    def enter(
        self,
        kind: str,
        points: int,
        document: Document,
        reason: str,
        *,
        pending: int = 0,
        active: int = 0,
        debt: int = 0,
        movements: tuple[tuple[int, int], ...] = (),
        key_suffix: str = "",
    ) -> Entry:
        """Moves the balances and notes the entry that says so."""
        balances = self.balances
        balances.pending += pending
        balances.active += active
        balances.debt += debt
        entry = Entry(
            ref=len(self.entries) + 1,
            kind=kind,
            points=points,
            pending_change=pending,
            active_change=active,
            debt_change=debt,
            pending_after=balances.pending,
            active_after=balances.active,
            debt_after=balances.debt,
            reason=reason,
            document=document,
            key=f"{document.key}:{kind.lower()}{key_suffix}",
            movements=movements,
        )
        self.entries.append(entry)
        return entry

    def note_next_change(self) -> None:
        """Keeps the first instant at which a lot will activate or lapse, or a hold time out;
        never too late."""
        change = lot_rules.earliest_change(lot for lot in self.lots if lot.remaining > 0)
        holds = min((hold.expires_at for hold in self.holds if hold.is_open), default=None)
        known = None if self.knows_all_lots else self.next_change_at
        self.next_change_at = min(
            (at for at in (change, holds, known) if at is not None), default=None
        )
