"""The ledger's rules against a model, in any order of earning, spending, refunds and time."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from loyalty.rules import clawbacks
from loyalty.rules import lots as lot_rules
from loyalty.rules import refunds as refund_rules
from loyalty.rules.entries import Balances, Document
from loyalty.rules.ledger import Ledger
from loyalty.rules.lots import Lot
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


class LedgerMachine(RuleBasedStateMachine):
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
        self.steps = 0

    def _ledger(self, *, knows_all_lots=True):
        lots = [replace(lot, is_changed=False) for lot in self.lots.values()]
        return Ledger(
            1,
            replace(self.balances),
            lots if knows_all_lots else [],
            next_change_at=self.next_change_at,
            knows_all_lots=knows_all_lots,
        )

    def _keep(self, ledger):
        for lot in ledger.changed_lots():
            self.lots[lot.id] = lot
        for lot in ledger.new_lots:
            lot.id = len(self.lots) + 1
            self.lots[lot.id] = lot
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
    )
    def earn(self, points, pending_days, valid_days, whole):
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
        )
        self._keep(ledger)
        number = max(self.lots)
        self.model.settle(self.now)
        self.model.earn(number, points, activates_at, expires_at, self.now)
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
    @rule(which=st.integers(0, 99), share=st.integers(1, 40))
    def give_back(self, which, share):
        """Some of a spend comes back, into its lots in reverse order of use."""
        parts = self.spends.pop(which % len(self.spends))
        back, kept = _last(parts, share)
        if kept:
            self.spends.append(kept)
        ledger = self._ledger()
        ledger.settle(self.now)
        here = {lot.id: lot for lot in ledger.lots}
        document = self._document()
        ledger.restore(
            [(here[number], part) for number, part in back], document=document, reason="refund"
        )
        lapsed = ledger.settle(self.now)
        ledger.repay(document, self.now)
        self._keep(ledger)
        self.model.settle(self.now)
        assert lapsed == self.model.give_back(back, self.now)

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
            assert self.next_change_at == lot_rules.earliest_change(open_lots)
        again = self._ledger()
        assert again.settle(self.now) == 0
        assert again.entries == []

    @invariant()
    def lots_are_those_of_the_model(self):
        for number, lot in self.lots.items():
            model = self.model.lots[number]
            assert lot.remaining == model.pending + model.active
            assert (lot.expired, lot.clawed, lot.absorbed) == (
                model.expired, model.clawed, model.absorbed,
            )  # fmt: skip
            assert lot.is_pending == (model.pending > 0) or lot.remaining == 0
            assert lot.earned == sum(
                (lot.remaining, model.spent, model.repaid, lot.expired, lot.clawed)
            )

    @invariant()
    def balances_are_the_lots_and_the_entries(self):
        pending = sum(lot.remaining for lot in self.lots.values() if lot.is_pending)
        active = sum(lot.remaining for lot in self.lots.values() if not lot.is_pending)
        balances = self.balances
        assert (balances.pending, balances.active) == (pending, active)
        assert balances.debt == self.model.debt
        assert balances.pending == sum(entry.pending_change for entry in self.entries)
        assert balances.active == sum(entry.active_change for entry in self.entries)
        assert balances.debt == sum(entry.debt_change for entry in self.entries)

    @invariant()
    def nothing_is_below_zero_and_a_debt_leaves_nothing_to_spend(self):
        balances = self.balances
        assert min(balances.pending, balances.active, balances.debt) >= 0
        assert min((lot.remaining for lot in self.lots.values()), default=0) >= 0
        if balances.debt:
            assert balances.available == 0
            assert balances.active == 0

    @invariant()
    def entries_follow_from_each_other_and_their_keys_are_unique(self):
        pending = active = debt = 0
        for entry in self.entries:
            pending += entry.pending_change
            active += entry.active_change
            debt += entry.debt_change
            assert (entry.pending_after, entry.active_after, entry.debt_after) == (
                pending, active, debt,
            )  # fmt: skip
        keys = [entry.key for entry in self.entries]
        assert len(keys) == len(set(keys))

    @invariant()
    def the_next_change_is_never_noted_too_late(self):
        due = lot_rules.earliest_change(lot for lot in self.lots.values() if lot.remaining > 0)
        if due is not None:
            assert self.next_change_at is not None
            assert self.next_change_at <= due


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


TestLedger = LedgerMachine.TestCase
TestLedger.settings = settings(
    max_examples=120, stateful_step_count=40, deadline=None, print_blob=True
)


def _keeps_what_expired(ledger, own_lots, points):
    return 0


def _newest_first(lot):
    return -lot.id


def _forgets_the_debt(self, lots, document):
    return 0


@pytest.mark.parametrize(
    ("place", "name", "mutant"),
    [
        (clawbacks, "_absorb", _keeps_what_expired),
        (lot_rules, "spend_order", _newest_first),
        (Ledger, "repay_from", _forgets_the_debt),
        (Lot, "next_change_at", lambda lot: lot.expires_at),
        (Ledger, "note_next_change", lambda ledger: None),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_fault_planted_in_the_rules_is_found(monkeypatch, place, name, mutant):
    monkeypatch.setattr(place, name, mutant)
    # The same dice each time: a fault that is found today is found tomorrow.
    only_search = settings(
        TestLedger.settings,
        phases=(Phase.generate,),
        database=None,
        derandomize=True,
        max_examples=1_000,
    )
    with pytest.raises((AssertionError, AttributeError)):
        run_state_machine_as_test(LedgerMachine, settings=only_search)
