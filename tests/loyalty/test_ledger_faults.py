"""`verify_ledger` finds what does not follow from the entries: which row, and by how much."""

import pytest

from loyalty.models import Account, Lot, Order
from loyalty.selectors import ledger_checks
from tests.loyalty import till
from tests.loyalty.till import line

pytestmark = pytest.mark.django_db


def found():
    return {finding.check: finding.examples for finding in ledger_checks.findings()}


@pytest.fixture
def sold(alice):
    """Alice bought for ¥100: 100 points in one lot."""
    till.sell("o-1", line("1", 10_000))
    assert found() == {}
    return alice


def test_a_balance_that_its_entries_do_not_give_is_found(sold):
    Account.objects.filter(member_id=sold.pk).update(active_points=101)
    faults = found()
    assert faults["the account's balances are the sums of its entries"] == (
        (sold.pk, [0, 101, 0], [0, 100, 0]),
    )
    assert faults["the open lots hold what the account says"] == ((sold.pk, [0, 101], [0, 100]),)


def test_points_missing_in_a_lot_are_found(sold):
    Lot.objects.update(remaining_points=99)
    lot = Lot.objects.get()
    assert found()["a lot holds what it earned plus its movements"] == ((lot.pk, 99, 100),)


def test_points_held_by_nobody_are_found(sold):
    Account.objects.filter(member_id=sold.pk).update(held_points=10)
    assert found()


def test_an_order_that_says_other_points_than_its_lines_is_found(sold):
    Order.objects.update(earned_points=90)
    order = Order.objects.get()
    (examples,) = [rows for check, rows in found().items() if check.startswith("an order earned")]
    assert examples == ((order.pk, 90, [100, 100]),)


def test_a_window_that_its_orders_do_not_give_is_found(sold):
    Account.objects.filter(member_id=sold.pk).update(window_spend_amount=1)
    checks = [check for check in found() if "window" in check]
    assert len(checks) == 1
