"""Refunds from several tills at the same moment."""

from itertools import chain

from loyalty.errors import RefundExceedsOrder
from loyalty.models import LedgerEntry, Refund
from loyalty.selectors import ledger_checks
from tests.concurrency.processes import at_once, shared_out
from tests.loyalty import till
from tests.loyalty.till import line


def test_one_refund_sent_twenty_times_at_once_takes_back_once(alice):
    order = till.sell("o-1", line("1", 10_000))

    def work(number):
        return [till.give_back(order, "r-1", {"1": 4_000}) for _ in shared_out(range(20), number)]

    answers = list(chain.from_iterable(at_once(work)))

    assert len(answers) == 20
    assert all(answer == answers[0] for answer in answers)
    assert Refund.objects.count() == 1
    assert LedgerEntry.objects.filter(kind="CLAWBACK").count() == 1
    assert till.balances(alice) == (0, 60, 0)
    assert ledger_checks.findings() == []


def test_refunds_of_one_order_at_once_never_give_back_more_than_was_bought(alice):
    order = till.sell("o-1", line("1", 10_000))

    def work(number):
        given = 0
        for turn in range(3):
            try:
                given += till.give_back(order, f"r-{number}-{turn}", {"1": 1_000})["value_amount"]
            except RefundExceedsOrder:
                pass
        return given

    assert sum(at_once(work)) == 10_000
    assert Refund.objects.count() == 10
    assert till.balances(alice) == (0, 0, 0)
    assert ledger_checks.findings() == []


def test_a_refund_of_a_sale_without_a_member_sent_at_once_is_recorded_once(shop):
    order = till.sell("o-1", line("1", 10_000), phone=None)

    answers = at_once(lambda number: till.give_back(order, "r-1", {"1": 4_000}))

    assert all(answer == answers[0] for answer in answers)
    assert Refund.objects.get().value_amount == 4_000
    assert ledger_checks.findings() == []


def test_orders_and_refunds_of_one_member_at_once_leave_a_sound_ledger(alice):
    bought = [till.sell(f"o-{number}", line("1", 10_000)) for number in range(8)]

    def work(number):
        for turn in range(5):
            till.sell(f"n-{number}-{turn}", line("1", 10_000))
            till.give_back(bought[number], f"r-{number}-{turn}", {"1": 2_000})

    at_once(work)

    assert ledger_checks.findings() == []
    earned = sum(entry.points for entry in LedgerEntry.objects.filter(kind="EARN"))
    taken = sum(entry.points for entry in LedgerEntry.objects.filter(kind="CLAWBACK"))
    assert taken == -800
    assert till.balances(alice) == (0, earned - 800, 0)
