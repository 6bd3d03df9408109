"""Batches of orders: up to five hundred in two statements, each with its own result."""

import pytest

from loyalty.errors import (
    BatchTooLarge,
)
from loyalty.models import Account, Order, Product
from loyalty.selectors import ledger_checks
from loyalty.services import orders
from loyalty.services.documents import Source
from tests.loyalty import till
from tests.loyalty.till import line

pytestmark = pytest.mark.django_db
STRICT = Source(name="till", channel="pos")


def _record(document, *, source=till.TILL, at=till.NOW):
    return orders.record(order=document, source=source, at=at)


def test_a_batch_of_five_hundred_takes_two_statements(alice, bob, django_assert_max_num_queries):
    phones = ("13800138000", "13900139000", None)
    documents = [
        till.document(f"o-{number}", line("1", 1_000), phone=phones[number % 3])
        for number in range(500)
    ]
    with django_assert_max_num_queries(5) as captured:
        recorded = orders.record_batch(orders=documents, source=till.TILL, at=till.NOW)
    assert _statements(captured) == 2
    assert all(one.error is None for one in recorded)
    # 167 orders of ¥10 each, 10 points an order; ¥1,670 lift nobody.
    assert till.balances(alice) == (0, 1_670, 0)
    assert till.balances(bob) == (0, 1_670, 0)
    assert ledger_checks.findings() == []


def _statements(captured):
    frame = ("BEGIN", "COMMIT", "SAVEPOINT", "RELEASE")
    return sum(not query["sql"].startswith(frame) for query in captured.captured_queries)


def test_orders_of_a_batch_see_those_before_them(alice):
    documents = [till.document(f"o-{number}", line("1", 100_000)) for number in range(6)]
    recorded = orders.record_batch(orders=documents, source=till.TILL, at=till.NOW)
    earned = [one.answer["points"]["earned"] for one in recorded]
    # The fifth lifts to silver and still earns at the old coefficient.
    assert earned == [1_000, 1_000, 1_000, 1_000, 1_000, 1_200]
    assert recorded[4].answer["tier"]["changed_from"] == "member"
    assert recorded[5].answer["account"]["active"] == 6_200
    assert ledger_checks.findings() == []


def test_a_refused_order_of_a_batch_changes_nothing_and_hinders_nobody(alice):
    documents = [
        till.document("o-1", line("1", 10_000)),
        till.document("o-2", line("1", 10_000, sku="LOST"), currency="USD"),
        till.document("o-3", line("1", 10_000)),
        till.document("o-1", line("1", 10_000)),
        till.document("o-3", line("1", 99)),
    ]
    recorded = orders.record_batch(orders=documents, source=till.TILL, at=till.NOW)
    assert [type(one.error).__name__ for one in recorded] == [
        "NoneType", "CurrencyMismatch", "NoneType", "NoneType", "OrderConflict",
    ]  # fmt: skip
    assert recorded[3].is_replayed
    assert recorded[3].answer == recorded[0].answer
    assert Order.objects.count() == 2
    assert not Product.objects.filter(sku="LOST").exists()
    assert till.balances(alice) == (0, 200, 0)


def test_a_batch_gives_what_single_orders_give(alice, bob):
    amounts = (150, 99_999, 12_345, 200_000, 7, 55_555)
    for number, amount in enumerate(amounts):
        till.sell(f"a-{number}", line("1", amount), line("2", amount // 2))
    documents = [
        till.document(f"b-{number}", line("1", amount), line("2", amount // 2), phone="13900139000")
        for number, amount in enumerate(amounts)
    ]
    orders.record_batch(orders=documents, source=till.TILL, at=till.NOW)
    assert till.balances(alice) == till.balances(bob)
    one, other = (Account.objects.get(member_id=member.pk) for member in (alice, bob))
    assert (one.tier_id, one.window_spend_amount, one.orders_count) == (
        other.tier_id, other.window_spend_amount, other.orders_count,
    )  # fmt: skip


def test_a_batch_of_more_than_five_hundred_is_refused(shop):
    documents = [till.document(f"o-{number}", line("1", 100)) for number in range(501)]
    with pytest.raises(BatchTooLarge):
        orders.record_batch(orders=documents, source=till.TILL, at=till.NOW)
    assert Order.objects.count() == 0


def test_an_empty_batch_has_no_results(shop, django_assert_max_num_queries):
    with django_assert_max_num_queries(0):
        assert orders.record_batch(orders=[], source=till.TILL, at=till.NOW) == []
