"""Histories through the services and the database: whatever happens, the ledger stays sound."""

from datetime import timedelta

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from loyalty.errors import RefundExceedsOrder
from loyalty.models import Account, LedgerEntry, Program
from loyalty.selectors import accounts, ledger_checks
from loyalty.services import points, programs
from tests.loyalty import till
from tests.loyalty.till import line

pytestmark = pytest.mark.django_db

AMOUNT = st.integers(1, 30_000)
STEP = st.one_of(
    st.tuples(st.just("sell"), AMOUNT),
    st.tuples(st.just("sell_for_points"), AMOUNT),
    st.tuples(st.just("sell_late"), AMOUNT),
    st.tuples(st.just("refund"), AMOUNT),
    st.tuples(st.just("refund_all"), AMOUNT),
    st.tuples(st.just("repeat"), AMOUNT),
    st.tuples(st.just("settle"), AMOUNT),
    st.tuples(st.just("days"), st.integers(1, 40)),
)


class History:
    """A till and its member; each step happens and leaves a sound ledger."""

    def __init__(self, member):
        self.member = member
        self.now = till.NOW
        self.orders = []
        self.refunds = []

    def sell(self, amount, *, points_amount=0, when=None):
        number = f"o-{len(self.orders)}"
        lines = (line("1", amount), line("2", amount // 3))
        sent = {"when": when or self.now, "now": self.now, "points_amount": points_amount}
        answer = till.sell(number, *lines, **sent)
        self.orders.append((number, lines, sent, answer))

    def sell_for_points(self, amount):
        held = accounts.account(member_id=self.member.pk, at=self.now).available
        self.sell(amount, points_amount=min(held, amount + amount // 3))

    def sell_late(self, amount):
        self.sell(amount, when=self.now - timedelta(days=amount % 50))

    def refund(self, amount):
        if self.orders:
            self._refund(self.orders[amount % len(self.orders)][3], amount)

    def refund_all(self, amount):
        if self.orders:
            self._refund(self.orders[amount % len(self.orders)][3], None)

    def repeat(self, amount):
        for number, lines, sent, answer in self.orders[-2:]:
            assert till.sell(number, *lines, **sent) == answer
        for order, number, value, now, answer in self.refunds[-2:]:
            again = till.give_back(order, number, value, when=now, now=self.now)
            assert again == answer

    def settle(self, amount):
        points.settle(member_ids=[self.member.pk], at=self.now)

    def days(self, days):
        self.now += timedelta(days=days)

    def _refund(self, order, amount):
        number, now = f"r-{len(self.refunds)}", self.now
        try:
            answer = till.give_back(order, number, amount, when=now)
        except RefundExceedsOrder:
            return
        self.refunds.append((order, number, amount, now, answer))


@settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(steps=st.lists(STEP, min_size=3, max_size=12), pending_days=st.sampled_from((0, 5)))
def test_any_history_leaves_a_sound_ledger(alice, steps, pending_days):
    with transaction.atomic():
        Program.objects.update(pending_days=pending_days, validity="DAYS", validity_count=25)
        history = History(alice)
        for name, argument in steps:
            getattr(history, name)(argument)
            assert ledger_checks.findings() == []
        _all_refunded_leaves_nothing_earned(history)
        transaction.set_rollback(True)
    programs.forget()


def _all_refunded_leaves_nothing_earned(history):
    """When every order has come back, the orders have earned nothing: what is left is what the
    member spent or lost and owes, and every point of it is accounted for."""
    for _, _, _, order in history.orders:
        history._refund(order, None)
    assert ledger_checks.findings() == []
    account = Account.objects.get(member_id=history.member.pk)
    assert account.window_spend_amount == 0
    assert account.window_orders_count == 0
    assert account.held_points == 0
    moved = LedgerEntry.objects.filter(member_id=history.member.pk)
    assert account.active_points + account.pending_points == sum(
        entry.pending_change + entry.active_change for entry in moved
    )
