"""The ledger's rules against a model; faults planted in them are found."""

from datetime import timedelta

import pytest
from hypothesis import Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from loyalty.rules import clawbacks, lives, settling
from loyalty.rules import holds as hold_rules
from loyalty.rules import lots as lot_rules
from loyalty.rules.ledger import Ledger
from loyalty.rules.lots import Lot
from tests.loyalty.ledger_machine import LedgerMachine

TestLedger = LedgerMachine.TestCase
TestLedger.settings = settings(
    max_examples=120, stateful_step_count=40, deadline=None, print_blob=True
)


def _keeps_what_expired(*_, **__):
    return 0


def _newest_first(lot):
    return -lot.id


def _forgets_the_debt(self, lots, document):
    return 0


def _spends_what_is_held(lots, at):
    return sorted((lot for lot in lots if lot.remaining), key=lambda lot: lot.id)


def _frees_all_of_a_partial_capture(ledger, hold, *, skip, document, at):
    for lot, part in hold_rules._parts(ledger, hold):
        lot.held = max(0, lot.held - part)
    ledger.balances.held = sum(lot.held for lot in ledger.lots)


def _holds_never_time_out(ledger, at):
    return _settle(replace_holds(ledger), at)


_settle = settling.settle


def replace_holds(ledger):
    for hold in ledger.holds:
        hold.expires_at += timedelta(days=400)
    return ledger


def _slides_what_has_lapsed(ledger, expires_at, at):
    for lot in ledger.lots:
        if lot.is_sliding:
            lives.extend(ledger, lot, expires_at, reason="SLIDE")
    return 0


def _completes_without_a_new_life(ledger, lot, expires_at, *, reason, operation_id=None):
    return None


def _takes_nothing_from_other_lots(ledger, own, rest, at):
    return []


def _restores_as_new(self, parts, **options):
    return 0


MUTANTS = [
    (clawbacks, "_absorb", _keeps_what_expired),
    (lot_rules, "spend_order", _newest_first),
    (lot_rules, "usable", _spends_what_is_held),
    (Ledger, "repay_from", _forgets_the_debt),
    (Ledger, "restore", _restores_as_new),
    (Ledger, "note_next_change", lambda ledger: None),
    (Lot, "next_change_at", lambda lot: lot.expires_at if lot.free else None),
    (hold_rules, "_free", _frees_all_of_a_partial_capture),
    (settling, "settle", _holds_never_time_out),
    (lives, "slide", _slides_what_has_lapsed),
    (lives, "extend", _completes_without_a_new_life),
    (clawbacks, "_others", _takes_nothing_from_other_lots),
]


@pytest.mark.parametrize(
    ("place", "name", "mutant"),
    MUTANTS,
    ids=[f"{place.__name__.rsplit('.', 1)[-1]}.{name}" for place, name, _ in MUTANTS],
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
