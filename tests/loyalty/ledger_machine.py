"""One member's ledger, driven in any order of earning, spending, holding, refunds and time, next
to a model that is right at sight."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import initialize, precondition, rule

from loyalty.rules import clawbacks, lives
from loyalty.rules import holds as hold_rules
from loyalty.rules import lots as lot_rules
from loyalty.rules import refunds as refund_rules
from loyalty.rules.entries import Balances, Document
from loyalty.rules.ledger import Ledger
from tests.loyalty.ledger_invariants import LedgerInvariants
from tests.loyalty.ledger_model import ModelLedger

START = datetime(2026, 3, 1, tzinfo=UTC)
AMOUNT = st.integers(1, 40)


@dataclass
class Sale:
    """An order of the model: what it earned in which lot, and what of it came back."""

    lot: int
    earned: int
    whole: int
    refunded: int = 0
    clawed: int = 0


class LedgerMachine(LedgerInvariants):
    """Each step opens a ledger from what is kept, as a service does from the rows, and keeps what
    came out of it."""

    @initialize()
    def open(self):
        self.now = START
        self.model = ModelLedger()
        self.balances = Balances()
        self.lots = {}
        self.next_change_at = None
        self.entries = []
        self.sales = []
        self.spends = []
        self.holds = {}
        self.hold_count = 0
        self.steps = 0

    def _ledger(self, *, knows_all_lots=True):
        lots = [replace(lot, is_changed=False) for lot in self.lots.values()]
        return Ledger(
            1,
            replace(self.balances),
            lots if knows_all_lots else [],
            [replace(hold, parts=list(hold.parts)) for hold in self.holds.values()]
            if knows_all_lots
            else [],
            next_change_at=self.next_change_at,
            knows_all_lots=knows_all_lots,
        )

    def _keep(self, ledger):
        for lot in ledger.changed_lots():
            self.lots[lot.id] = lot
        for lot in ledger.new_lots:
            lot.id = len(self.lots) + 1
            self.lots[lot.id] = lot
        for hold in ledger.holds:
            if not hold.is_open:
                self.holds.pop(hold.id, None)
        self.balances, self.next_change_at = ledger.balances, ledger.next_change_at
        self.entries += ledger.entries

    def _document(self):
        self.steps += 1
        return Document("ORDER", self.steps, f"order:{self.steps}", self.now)

    @rule(days=st.integers(1, 40))
    def time_passes(self, days):
        self.now += timedelta(days=days)

    @rule(
        points=AMOUNT,
        pending_days=st.sampled_from((0, 0, 5, 15)),
        valid_days=st.sampled_from((None, 7, 30)),
        whole=st.integers(1, 300),
        is_sliding=st.booleans(),
    )
    def earn(self, points, pending_days, valid_days, whole, is_sliding):
        activates_at = self.now + timedelta(days=pending_days)
        expires_at = activates_at + timedelta(days=valid_days) if valid_days else None
        # Without a debt and with nothing due an order reads no lots: the hot path.
        is_due = self.next_change_at is not None and self.next_change_at <= self.now
        ledger = self._ledger(knows_all_lots=is_due or self.balances.debt > 0)
        ledger.settle(self.now)
        ledger.earn(
            points,
            document=self._document(),
            reason="purchase",
            activates_at=activates_at,
            expires_at=expires_at,
            at=self.now,
            is_sliding=is_sliding,
        )
        self._keep(ledger)
        number = max(self.lots)
        self.model.settle(self.now)
        self.model.earn(number, points, activates_at, expires_at, self.now, is_sliding=is_sliding)
        self.sales.append(Sale(number, points, whole))

    @rule(points=AMOUNT)
    def spend(self, points):
        ledger = self._ledger()
        ledger.settle(self.now)
        is_spent = ledger.redeem(points, document=self._document(), reason="payment", at=self.now)
        self._keep(ledger)
        self.model.settle(self.now)
        parts = self.model.spend(points)
        assert is_spent == (parts is not None)
        if parts:
            assert self.entries[-1].movements == tuple((lot, -part) for lot, part in parts)
            self.spends.append(parts)

    @precondition(lambda self: self.spends)
    @rule(which=st.integers(0, 99), share=st.integers(1, 40), grace_days=st.sampled_from((0, 0, 3)))
    def give_back(self, which, share, grace_days):
        """Some of a spend comes back, into its lots in reverse order of use."""
        parts = self.spends.pop(which % len(self.spends))
        back, kept = _last(parts, share)
        if kept:
            self.spends.append(kept)
        ledger = self._ledger()
        ledger.settle(self.now)
        here = {lot.id: lot for lot in ledger.lots}
        document = self._document()
        grace = self.now + timedelta(days=grace_days) if grace_days else None
        ledger.restore(
            [(here[number], part) for number, part in back],
            document=document,
            reason="refund",
            at=self.now,
            grace_until_at=grace,
        )
        lapsed = ledger.settle(self.now)
        ledger.repay(document, self.now)
        self._keep(ledger)
        self.model.settle(self.now)
        assert lapsed == self.model.give_back(back, self.now, grace)

    @rule(points=AMOUNT, hours=st.sampled_from((1, 24, 24 * 20)))
    def hold(self, points, hours):
        ledger = self._ledger()
        ledger.settle(self.now)
        until = self.now + timedelta(hours=hours)
        made = hold_rules.place(ledger, points, expires_at=until, at=self.now)
        if made is not None:
            self.hold_count += 1
            made.id = self.hold_count
        self._keep(ledger)
        self.model.settle(self.now)
        assert self.model.hold(self.hold_count + (made is None), points, until) == bool(made)
        if made:
            assert made.parts == self.model.holds[made.id].parts
            self.holds[made.id] = made

    @precondition(lambda self: self.holds)
    @rule(which=st.integers(0, 99), points=st.integers(0, 40))
    def capture(self, which, points):
        """All or a part of a hold, the rest of which is released. Too late: nothing is spent."""
        number = sorted(self.holds)[which % len(self.holds)]
        ledger = self._ledger()
        ledger.settle(self.now)
        hold = next(one for one in ledger.holds if one.id == number)
        self.model.settle(self.now)
        assert hold.is_open == (number in self.model.holds)
        points = min(points, hold.points)
        if hold.is_open:
            document = self._document()
            hold_rules.capture(
                ledger, hold, points, document=document, reason="payment", at=self.now
            )
            self.model.capture(number, points, self.now)
        else:
            with pytest.raises(ValueError, match="only an open hold"):
                hold_rules.capture(
                    ledger, hold, points, document=self._document(), reason="x", at=self.now
                )
        self._keep(ledger)

    @precondition(lambda self: self.holds)
    @rule(which=st.integers(0, 99))
    def release(self, which):
        number = sorted(self.holds)[which % len(self.holds)]
        ledger = self._ledger()
        ledger.settle(self.now)
        self.model.settle(self.now)
        hold = next(one for one in ledger.holds if one.id == number)
        if hold.is_open:
            hold_rules.release(ledger, hold, at=self.now)
            self.model.release(number, self.now)
        self._keep(ledger)

    @rule(points=AMOUNT, may_owe=st.booleans())
    def adjust_down(self, points, may_owe):
        ledger = self._ledger()
        ledger.settle(self.now)
        is_done = ledger.lower(
            points, document=self._document(), reason="hand", at=self.now, may_owe=may_owe
        )
        self._keep(ledger)
        self.model.settle(self.now)
        assert is_done == self.model.adjust_down(points, may_owe=may_owe)

    @rule(valid_days=st.integers(1, 40))
    def activity(self, valid_days):
        """What an earning or a redemption does to sliding lots."""
        ledger = self._ledger()
        ledger.settle(self.now)
        lives.slide(ledger, self.now + timedelta(days=valid_days), self.now)
        self._keep(ledger)
        self.model.settle(self.now)
        self.model.slide(self.now + timedelta(days=valid_days), self.now)

    @precondition(lambda self: any(lot.is_pending for lot in self.lots.values()))
    @rule(which=st.integers(0, 99), valid_days=st.sampled_from((None, 9)))
    def complete(self, which, valid_days):
        """An order's points don't wait any longer."""
        numbers = [lot.id for lot in self.lots.values() if lot.is_pending]
        number = numbers[which % len(numbers)]
        ledger = self._ledger()
        ledger.settle(self.now)
        lot = next(one for one in ledger.lots if one.id == number)
        until = self.now + timedelta(days=valid_days) if valid_days else None
        lives.complete(ledger, [lot], document=self._document(), expires_at=until, at=self.now)
        self._keep(ledger)
        self.model.settle(self.now)
        self.model.complete(number, until, self.now)

    @precondition(lambda self: any(sale.refunded < sale.whole for sale in self.sales))
    @rule(which=st.integers(0, 99), amount=st.integers(1, 300))
    def refund(self, which, amount):
        """A part or the rest of a sale comes back."""
        left = [sale for sale in self.sales if sale.refunded < sale.whole]
        sale = left[which % len(left)]
        sale.refunded = min(sale.whole, sale.refunded + amount)
        now_clawed = refund_rules.clawed(sale.earned, sale.whole, sale.refunded)
        asked, sale.clawed = now_clawed - sale.clawed, now_clawed
        ledger = self._ledger()
        ledger.settle(self.now)
        own = [lot for lot in ledger.lots if lot.id == sale.lot]
        done = clawbacks.claw_back(ledger, asked, own, document=self._document(), at=self.now)
        self._keep(ledger)
        self.model.settle(self.now)
        taken, absorbed, debt = self.model.take_back(sale.lot, asked)
        assert (done.taken, done.absorbed, done.debt) == (taken, absorbed, debt)
        assert done.taken + done.absorbed + done.debt == asked
        if sale.refunded == sale.whole:
            assert sale.clawed == sale.earned

    @rule()
    def settle_twice(self):
        """A night's job, and its repeat, which finds nothing to do."""
        ledger = self._ledger()
        assert ledger.settle(self.now) == self.model.settle(self.now)
        self._keep(ledger)
        if ledger.entries:
            open_lots = [lot for lot in self.lots.values() if lot.remaining > 0]
            changes = [lot_rules.earliest_change(open_lots)]
            changes += [hold.expires_at for hold in self.holds.values()]
            assert self.next_change_at == min(
                (change for change in changes if change is not None), default=None
            )
        again = self._ledger()
        assert again.settle(self.now) == 0
        assert again.entries == []


def _last(parts, points):
    """The last `points` of (lot, points), last first, and what is before them."""
    back: list[tuple[int, int]] = []
    kept: list[tuple[int, int]] = []
    for number, part in reversed(parts):
        given = min(points, part)
        points -= given
        if given:
            back.append((number, given))
        if part > given:
            kept.insert(0, (number, part - given))
    return back, kept
