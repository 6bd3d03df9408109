"""Budgets and caps under orders from several tills at the same moment: never one point too many."""

from datetime import timedelta
from itertools import chain

import pytest

from loyalty.models import EarningRule, Program, RuleBudget, RuleUse
from loyalty.selectors import ledger_checks
from loyalty.services import orders
from tests.concurrency.processes import at_once, shared_out
from tests.loyalty import till
from tests.loyalty.till import line


def _publish(code, **settings):
    return EarningRule.objects.create(
        **{
            "program": Program.objects.get(),
            "code": code,
            "name_en": code,
            "state": "PUBLISHED",
            "valid_from": till.NOW - timedelta(days=400),
            **settings,
        }
    )


def _sell(external_id, phone, amount=100):
    sent = till.document(external_id, line("1", amount), phone=phone)
    return orders.record(order=sent, source=till.TILL, at=till.NOW).answer["points"]["earned"]


@pytest.fixture
def phones(shop):
    found = [f"1380013{number:04d}" for number in range(40)]
    for phone in found:
        till.register(phone)
    return found


def _two_hundred_orders(phones):
    def work(number):
        return [
            _sell(f"o-{order}", phones[order % len(phones)])
            for order in shared_out(range(200), number)
        ]

    # 1 point a yuan, and what is above it is the gift.
    return [earned - 1 for earned in chain.from_iterable(at_once(work))]


@pytest.mark.parametrize(
    ("mode", "points", "spent"),
    [("STRICT", 7, 994), ("PARTIAL", 7, 1_000), ("STRICT", 30, 990), ("PARTIAL", 300, 1_000)],
)
def test_a_budget_of_a_thousand_under_two_hundred_orders_is_never_overspent(
    phones, mode, points, spent
):
    rule = _publish("gift", effect="FIXED", points=points, budget_points=1_000, budget_mode=mode)

    gifts = _two_hundred_orders(phones)

    assert sum(gifts) == spent
    if mode == "STRICT":
        assert set(gifts) == {0, points}
    left = RuleBudget.objects.filter(rule=rule).values_list("left_points", flat=True)
    assert sum(left) == 1_000 - spent
    assert sum(RuleUse.objects.values_list("points", flat=True)) == spent
    assert ledger_checks.findings() == []


def test_two_budgets_at_once_lock_nobody_out(phones):
    for code in ("a", "b"):
        _publish(code, effect="FIXED", points=9, budget_points=500, budget_mode="PARTIAL")

    gifts = _two_hundred_orders(phones)

    assert sum(gifts) == 1_000
    assert ledger_checks.findings() == []


def test_batches_and_single_orders_share_a_budget(phones):
    _publish("gift", effect="FIXED", points=7, budget_points=1_000, budget_mode="PARTIAL")

    def work(number):
        mine = shared_out(range(200), number)
        if number % 2:
            return [_sell(f"o-{order}", phones[order % 40]) for order in mine]
        sent = [till.document(f"o-{one}", line("1", 100), phone=phones[one % 40]) for one in mine]
        recorded = orders.record_batch(orders=sent, source=till.TILL, at=till.NOW)
        return [one.answer["points"]["earned"] for one in recorded]

    assert sum(earned - 1 for earned in chain.from_iterable(at_once(work))) == 1_000
    assert ledger_checks.findings() == []


def test_a_daily_cap_of_one_member_is_exact_under_parallel_orders(alice):
    Program.objects.update(cap_day_points=333)

    def work(number):
        return [_sell(f"o-{one}", "13800138000", 1_000) for one in shared_out(range(48), number)]

    earned = list(chain.from_iterable(at_once(work)))

    assert sum(earned) == 333
    assert sorted(earned)[-33:] == [10] * 33
    assert till.balances(alice) == (0, 333, 0)
    assert ledger_checks.findings() == []
