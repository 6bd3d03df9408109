"""A ledger so simple that it is right at sight: every lot is a count of points in each state.

The rules in `loyalty.rules` are compared with it step by step; it shares no code with them.
"""

from dataclasses import dataclass, field
from datetime import UTC, datetime

_FAR = datetime.max.replace(tzinfo=UTC)


@dataclass
class ModelLot:
    number: int
    earned: int
    activates_at: datetime
    expires_at: datetime | None
    is_sliding: bool = False
    pending: int = 0
    active: int = 0
    held: int = 0
    spent: int = 0
    repaid: int = 0
    expired: int = 0
    clawed: int = 0
    absorbed: int = 0

    def turn(self) -> datetime | None:
        """When its points next change by themselves."""
        if self.pending:
            return self.activates_at
        return self.expires_at if self.active else None


@dataclass
class ModelHold:
    """Points of each lot, in spend order; it holds nothing any more from `until` on."""

    until: datetime
    parts: list[tuple[int, int]]


@dataclass
class ModelLedger:
    lots: dict[int, ModelLot] = field(default_factory=dict)
    holds: dict[int, ModelHold] = field(default_factory=dict)
    debt: int = 0

    def settle(self, now: datetime) -> int:
        expired = 0
        while True:
            due = [
                (turn, 0, lot.number)
                for lot in self.lots.values()
                if (turn := lot.turn()) is not None and turn <= now
            ]
            due += [
                (hold.until, 1, number) for number, hold in self.holds.items() if hold.until <= now
            ]
            if not due:
                return expired
            when, is_hold, number = min(due)
            if is_hold:
                expired += self.release(number, when)
                continue
            lot = self.lots[number]
            if lot.pending:
                lot.active, lot.pending = lot.pending, 0
                self._repay([lot])
            else:
                expired += lot.active
                lot.expired, lot.active = lot.expired + lot.active, 0

    def hold(self, number: int, points: int, until: datetime) -> bool:
        if points > self.available():
            return False
        parts = []
        for lot in self.in_spend_order():
            part = min(points, lot.active)
            if part:
                lot.active, lot.held = lot.active - part, lot.held + part
                points -= part
                parts.append((lot.number, part))
        self.holds[number] = ModelHold(until, parts)
        return True

    def capture(self, number: int, points: int, now: datetime) -> None:
        left = []
        for lot_number, part in self.holds[number].parts:
            lot, taken = self.lots[lot_number], min(points, part)
            lot.held, lot.spent = lot.held - taken, lot.spent + taken
            points -= taken
            left.append((lot_number, part - taken))
        self.holds[number].parts = [part for part in left if part[1]]
        self.release(number, now)

    def release(self, number: int, when: datetime) -> int:
        expired = 0
        for lot_number, part in self.holds.pop(number).parts:
            lot = self.lots[lot_number]
            lot.held -= part
            if lot.expires_at is not None and lot.expires_at <= when:
                lot.expired, expired = lot.expired + part, expired + part
            else:
                lot.active += part
        self._repay(self.in_spend_order())
        return expired

    def adjust_down(self, points: int, *, may_owe: bool) -> bool:
        if points > self.available() and not may_owe:
            return False
        taken = min(points, self.available())
        if taken:
            self.spend(taken)
        self.debt += points - taken
        return True

    def slide(self, expires_at: datetime, now: datetime) -> None:
        for lot in self.lots.values():
            is_open = lot.is_sliding and lot.active + lot.held > 0
            if is_open and lot.expires_at and now < lot.expires_at < expires_at:
                lot.expires_at = expires_at

    def complete(self, number: int, expires_at: datetime | None, now: datetime) -> None:
        lot = self.lots[number]
        if lot.pending:
            lot.activates_at, lot.expires_at = now, expires_at
            lot.active, lot.pending = lot.pending, 0
            self._repay([lot])

    def earn(
        self, number: int, points: int, activates_at: datetime, expires_at: datetime | None,
        now: datetime, *, is_sliding: bool = False,
    ) -> None:  # fmt: skip
        lot = ModelLot(number, points, activates_at, expires_at, is_sliding)
        self.lots[number] = lot
        if activates_at > now:
            lot.pending = points
        else:
            lot.active = points
            self._repay([lot])

    def available(self) -> int:
        return 0 if self.debt else sum(lot.active for lot in self.lots.values())

    def spend(self, points: int) -> list[tuple[int, int]] | None:
        """(lot, points) in the order of use; None where there are too few."""
        if points > self.available():
            return None
        parts = []
        for lot in self.in_spend_order():
            part = min(points, lot.active)
            if part:
                lot.active -= part
                lot.spent += part
                points -= part
                parts.append((lot.number, part))
        return parts

    def give_back(
        self, parts: list[tuple[int, int]], now: datetime, grace: datetime | None = None
    ) -> int:
        """What of the points given back has lapsed meanwhile."""
        for number, part in parts:
            lot = self.lots[number]
            lot.spent -= part
            lot.active += part
            if grace and lot.expires_at and lot.expires_at <= now:
                lot.expires_at = grace
        lapsed = self.settle(now)
        self._repay(self.in_spend_order())
        return lapsed

    def take_back(self, number: int, points: int) -> tuple[int, int, int]:
        """(taken, absorbed by what had expired, debt)."""
        own = self.lots[number]
        taken = 0
        for state in ("pending", "active"):
            part = min(points - taken, getattr(own, state))
            setattr(own, state, getattr(own, state) - part)
            own.clawed += part
            taken += part
        absorbed = min(points - taken, own.expired - own.absorbed)
        own.absorbed += absorbed
        for lot in self.in_spend_order():
            part = min(points - taken - absorbed, lot.active)
            lot.active -= part
            lot.clawed += part
            taken += part
        debt = points - taken - absorbed
        self.debt += debt
        return taken, absorbed, debt

    def in_spend_order(self) -> list[ModelLot]:
        return sorted(
            self.lots.values(),
            key=lambda lot: (
                lot.expires_at or _FAR,
                lot.activates_at,
                lot.number,
            ),
        )

    def _repay(self, lots: list[ModelLot]) -> None:
        for lot in lots:
            part = min(self.debt, lot.active)
            lot.active -= part
            lot.repaid += part
            self.debt -= part
