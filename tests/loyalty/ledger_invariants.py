"""What holds after every step of a ledger's history."""

from hypothesis.stateful import RuleBasedStateMachine, invariant

from loyalty.rules import lots as lot_rules


class LedgerInvariants(RuleBasedStateMachine):
    """Entries, lots, holds and balances say the same, and so does the model."""

    @invariant()
    def lots_are_those_of_the_model(self):
        for number, lot in self.lots.items():
            model = self.model.lots[number]
            assert lot.remaining == model.pending + model.active + model.held
            assert (lot.held, lot.expires_at) == (model.held, model.expires_at)
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
        assert balances.held == sum(lot.held for lot in self.lots.values())
        assert balances.held == sum(hold.points for hold in self.holds.values())
        assert balances.debt == self.model.debt
        assert balances.pending == sum(entry.pending_change for entry in self.entries)
        assert balances.active == sum(entry.active_change for entry in self.entries)
        assert balances.debt == sum(entry.debt_change for entry in self.entries)

    @invariant()
    def nothing_is_below_zero_and_a_debt_leaves_nothing_to_spend(self):
        balances = self.balances
        assert min(balances.pending, balances.active, balances.held, balances.debt) >= 0
        assert min((lot.free for lot in self.lots.values()), default=0) >= 0
        if balances.debt:
            assert balances.available == 0
            assert balances.active == balances.held

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
        changes = [lot_rules.earliest_change(lot for lot in self.lots.values() if lot.remaining)]
        changes += [hold.expires_at for hold in self.holds.values()]
        due = min((change for change in changes if change is not None), default=None)
        if due is not None:
            assert self.next_change_at is not None
            assert self.next_change_at <= due
