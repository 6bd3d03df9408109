"""Histories through the services and the database: whatever happens, the ledger stays sound, and
what was answered once stays the answer for that instant."""

import pytest
from django.contrib.auth.models import Group
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from loyalty.models import Account, AdjustmentLimit, LedgerEntry, Program
from loyalty.selectors import ledger_checks
from loyalty.services import programs
from members.models import User
from tests.loyalty.histories import History

pytestmark = pytest.mark.django_db

STEPS = (
    "sell", "sell", "sell_for_points", "sell_late", "sell_with_hold", "refund", "refund_all",
    "refund_first", "hold", "hold", "capture", "capture_all", "release", "adjust", "repeat",
    "settle", "days", "days", "merge", "transfer", "transfer",
)  # fmt: skip
STEP = st.tuples(st.sampled_from(STEPS), st.integers(1, 30_000))
TERMS = {
    "pending_days": st.sampled_from((0, 0, 5)),
    "validity_slides": st.booleans(),
    "restore_grace_days": st.sampled_from((0, 3)),
    "uncollected": st.sampled_from(("DEBT", "DEBT", "WITHIN_BALANCE", "ONLY_PENDING")),
}


@pytest.fixture
def boss(alice):
    """Who may adjust any number of points alone."""
    user = User.objects.create_user(username="boss")
    role = Group.objects.create(name="boss")
    user.groups.add(role)
    AdjustmentLimit.objects.create(role=role, points=10**9)
    return user


@settings(
    max_examples=12,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(steps=st.lists(STEP, min_size=4, max_size=16), terms=st.fixed_dictionaries(TERMS))
def test_any_history_leaves_a_sound_ledger_and_its_answers_stand(alice, bob, boss, steps, terms):
    with transaction.atomic():
        Program.objects.update(validity="DAYS", validity_count=25, transfers_allowed=True, **terms)
        history = History(alice, bob, boss)
        for name, amount in steps:
            history.step(name, amount)
            assert ledger_checks.findings() == []
        assert history.forgotten() == [], (steps, terms)
        _all_refunded_leaves_nothing_earned(history)
        assert history.forgotten() == [], (steps, terms)
        transaction.set_rollback(True)
    programs.forget()


def _all_refunded_leaves_nothing_earned(history):
    """When every order has come back, the orders have earned nothing: what is left is what the
    member spent or lost and owes, and every point of it is accounted for."""
    for _, _, _, order in list(history.orders):
        history.return_all(order)
    assert ledger_checks.findings() == []
    for member in history.members:
        account = Account.objects.get(member_id=member.pk)
        assert (account.window_spend_amount, account.window_orders_count) == (0, 0)
        moved = LedgerEntry.objects.filter(member_id=member.pk)
        assert account.active_points + account.pending_points == sum(
            entry.pending_change + entry.active_change for entry in moved
        )
