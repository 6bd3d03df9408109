"""Refunds that come before their order: whatever comes first, the end is the same."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from loyalty.errors import BackdatingNotAllowed, RefundConflict, RefundExceedsOrder
from loyalty.models import Account, LedgerEntry, Order, Program, Refund
from loyalty.selectors import ledger_checks
from loyalty.services import orders, refunds
from loyalty.services.documents import OrderRefundDocument, Source
from members.errors import NotFound
from members.models import Channel, Event, Store
from tests.loyalty import till
from tests.loyalty.till import NOW, line

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _the_ledger_is_sound_afterwards(db):
    yield
    assert ledger_checks.findings() == []


def send(
    number: str,
    external_id: str,
    amounts: dict[str, int] | int | None = None,
    *,
    source: Source = till.TILL,
    **options: Any,
) -> refunds.Recorded:
    alone = msgspec.to_builtins(till.refund(external_id, amounts, **options))
    document = msgspec.convert({**alone, "order_external_id": number}, OrderRefundDocument)
    return refunds.record_by_number(refund=document, source=source, at=NOW)


def test_a_refund_before_its_order_waits_and_moves_nothing(alice):
    parked = send("o-1", "r-1", {"1": 4_000})
    row = Refund.objects.get()
    assert parked.is_parked
    assert parked.answer == {
        "id": str(row.uid),
        "order": None,
        "order_external_id": "o-1",
        "state": "PARKED",
        "problem": None,
    }
    assert (row.state, row.order_id, row.value_amount) == ("PARKED", None, 0)
    assert LedgerEntry.objects.count() == 0


def test_it_is_applied_in_the_transaction_in_which_its_order_comes(alice):
    uid = send("o-1", "r-1", {"1": 4_000}).answer["id"]
    answer = till.sell("o-1", line("1", 10_000))
    assert answer["points"]["earned"] == 100
    assert [(one["external_id"], one["id"]) for one in answer["refunds_applied"]] == [("r-1", uid)]
    assert answer["refunds_applied"][0]["points"]["clawed_back"] == 40
    assert answer["account"]["active"] == 60
    assert till.balances(alice) == (0, 60, 0)
    row = Refund.objects.get()
    assert (row.state, row.value_amount, row.clawed_points) == ("APPLIED", 4_000, 40)
    assert row.order_id == Order.objects.get().pk


def test_the_order_again_gives_the_first_answer_with_what_was_applied(alice):
    send("o-1", "r-1", {"1": 4_000})
    first = till.sell("o-1", line("1", 10_000))
    assert till.sell("o-1", line("1", 10_000)) == first
    assert till.balances(alice) == (0, 60, 0)


def test_an_order_without_waiting_refunds_says_nothing_of_them(alice):
    send("o-2", "r-1", {"1": 4_000})
    assert "refunds_applied" not in till.sell("o-1", line("1", 10_000))


def test_the_same_refund_again_gives_the_same_answer_while_it_waits_and_afterwards(alice):
    first = send("o-1", "r-1", {"1": 4_000})
    again = send("o-1", "r-1", {"1": 4_000})
    assert (again.answer, again.is_replayed, again.is_parked) == (first.answer, True, True)
    order = till.sell("o-1", line("1", 10_000))
    applied = send("o-1", "r-1", {"1": 4_000})
    assert (applied.is_replayed, applied.is_parked) == (True, False)
    assert {"external_id": "r-1", **applied.answer} == order["refunds_applied"][0]
    assert till.give_back(order, "r-1", {"1": 4_000}) == applied.answer
    assert till.balances(alice) == (0, 60, 0)


@pytest.mark.parametrize(
    ("number", "amounts"), [("o-1", {"1": 4_001}), ("o-2", {"1": 4_000}), ("o-1", 4_000)]
)
def test_the_same_number_with_another_content_is_a_conflict(alice, number, amounts):
    send("o-1", "r-1", {"1": 4_000})
    with pytest.raises(RefundConflict):
        send(number, "r-1", amounts)
    till.sell("o-1", line("1", 10_000))
    with pytest.raises(RefundConflict):
        send(number, "r-1", amounts)
    assert Refund.objects.count() == 1


def test_a_refund_of_a_known_order_is_applied_at_once(alice):
    till.sell("o-1", line("1", 10_000))
    recorded = send("o-1", "r-1", {"1": 4_000})
    assert not recorded.is_parked
    assert till.balances(alice) == (0, 60, 0)


def test_several_are_applied_in_the_order_in_which_they_happened(alice):
    send("o-1", "r-2", {"1": 3_000}, when=NOW)
    send("o-1", "r-1", {"1": 4_000}, when=NOW - timedelta(hours=1))
    answer = till.sell("o-1", line("1", 10_000), when=NOW - timedelta(hours=2), now=NOW)
    assert [one["external_id"] for one in answer["refunds_applied"]] == ["r-1", "r-2"]
    assert till.balances(alice) == (0, 30, 0)


def test_one_that_exceeds_its_order_stays_parked_and_says_why_and_the_order_is_recorded(alice):
    send("o-1", "r-1", {"1": 10_001})
    send("o-1", "r-2", {"9": 1})
    send("o-1", "r-3", {"1": 1_000})
    answer = till.sell("o-1", line("1", 10_000))
    assert [one["external_id"] for one in answer["refunds_applied"]] == ["r-3"]
    assert till.balances(alice) == (0, 90, 0)
    again = send("o-1", "r-1", {"1": 10_001})
    assert again.is_parked
    assert again.answer["problem"] == {
        "code": "refund_exceeds_order",
        "detail": "asked 10001, but 10000 is left",
        "line_id": "1",
        "asked_amount": 10_001,
        "left_amount": 10_000,
    }
    assert Refund.objects.get(external_id="r-2").answer["problem"]["code"] == "unknown_line"
    # Another number is free, as ever.
    with pytest.raises(RefundExceedsOrder):
        send("o-1", "r-4", {"1": 9_001})


def test_points_that_were_burned_come_back_too(alice):
    till.sell("o-0", line("1", 300_000))
    send("o-1", "r-1")
    order = till.sell("o-1", line("1", 10_000), points_amount=2_000)
    assert order["points"]["spent"] == 2_000
    assert order["refunds_applied"][0]["points"]["restored"] == 2_000
    assert till.balances(alice) == (0, 3_000, 0)


def test_a_batch_is_judged_as_if_each_order_had_come_by_itself(alice):
    send("o-1", "r-1")
    documents = [
        till.document("o-1", line("1", 100_000)),
        till.document("o-2", line("1", 2_000), points_amount=1_000),
        till.document("o-1", line("1", 100_000)),
    ]
    outcomes = orders.record_batch(orders=documents, source=till.TILL, at=NOW)
    assert [outcome.is_replayed for outcome in outcomes] == [False, False, True]
    # The points of o-1 are gone before o-2 wants to spend them.
    assert outcomes[1].answer["refused"][0]["code"] == "insufficient_points"
    assert outcomes[2].answer == outcomes[0].answer
    assert till.balances(alice)[1:] == (outcomes[1].answer["points"]["earned"], 0)


def test_an_order_that_is_refused_leaves_its_refund_waiting(alice):
    send("o-1", "r-1")
    wrong = till.document("o-1", line("1", 10_000), store="XX99")
    outcome = orders.record_batch(orders=[wrong], source=till.TILL, at=NOW)[0]
    assert outcome.error is not None
    assert Refund.objects.get().order_id is None
    till.sell("o-1", line("1", 10_000))
    assert till.balances(alice) == (0, 0, 0)


def test_another_sources_order_of_the_same_number_is_not_refunded(alice):
    send("o-1", "r-1", source=Source(name="shop", channel="pos"))
    assert "refunds_applied" not in till.sell("o-1", line("1", 10_000))
    assert till.balances(alice) == (0, 100, 0)


def test_a_till_of_one_store_refunds_no_other_stores_order(alice):
    beijing = Store.objects.create(code="BJ01", name_en="Sanlitun", name_zh="三里屯")
    only_beijing = Source(name="till", channel="pos", store_ids=frozenset({beijing.pk}))
    send("o-1", "r-1", source=only_beijing)
    till.sell("o-1", line("1", 10_000))
    row = Refund.objects.get()
    assert (row.state, row.answer["problem"]["code"]) == ("PARKED", "not_found")
    with pytest.raises(NotFound):
        send("o-1", "r-2", source=only_beijing)
    assert till.balances(alice) == (0, 100, 0)


def test_a_sale_to_nobody_is_refunded_too(alice):
    send("o-1", "r-1", {"1": 4_000})
    till.sell("o-1", line("1", 10_000), phone=None)
    assert Order.objects.get().refunded_amount == 4_000


def test_an_old_refund_needs_the_right_to_backdate_also_while_it_waits(alice):
    with pytest.raises(BackdatingNotAllowed):
        send("o-1", "r-1", source=Source("till", channel="pos"), when=NOW - timedelta(days=31))
    assert Refund.objects.count() == 0


def test_a_preview_of_a_refund_before_its_order_parks_nothing(alice):
    document = msgspec.convert(
        {"external_id": "r-1", "occurred_at": NOW.isoformat(), "order_external_id": "o-1"},
        OrderRefundDocument,
    )
    answer = refunds.preview_by_number(refund=document, source=till.TILL, at=NOW).answer
    assert (answer["state"], answer["order"]) == ("PARKED", None)
    assert Refund.objects.count() == 0


def test_a_plain_order_costs_two_statements_while_others_wait(alice, django_assert_max_num_queries):
    send("o-9", "r-1")
    till.sell("o-1", line("1", 10_000))
    with django_assert_max_num_queries(4):  # and the savepoint of the test's transaction
        till.sell("o-2", line("1", 10_000))


def _do(word: str, uids: dict[str, Any]) -> None:
    if word == "order":
        uids["o-1"] = till.sell("o-1", line("1", 6_000), line("2", 4_000), points_amount=500)
    elif word == "batch":
        documents = [
            till.document("o-1", line("1", 6_000), line("2", 4_000), points_amount=500),
            till.document("o-2", line("1", 3_333)),
        ]
        orders.record_batch(orders=documents, source=till.TILL, at=NOW)
    else:
        amounts: Any = {"r-1": {"2": 4_000}, "r-2": {"1": 1_234}, "r-3": {"2": 1}}[word]
        try:
            send("o-1", word, amounts)
        except RefundExceedsOrder:
            assert word == "r-3"


def _end() -> tuple[Any, ...]:
    account = Account.objects.values_list(
        "pending_points",
        "active_points",
        "debt_points",
        "earned_points",
        "redeemed_points",
        "expired_points",
        "window_spend_amount",
        "window_orders_count",
    ).get()
    order = Order.objects.values_list(
        "refunded_amount", "refunded_money_amount", "restored_points", "earned_points"
    ).get(external_id="o-1")
    rows = Refund.objects.filter(state="APPLIED").order_by("external_id")
    return (
        account,
        order,
        list(rows.values_list("external_id", "value_amount", "money_amount", "clawed_points")),
    )


@settings(
    max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    words=st.permutations(["order", "order", "r-1", "r-1", "r-2", "r-2", "batch"]),
    first=st.sampled_from(["r-1", "r-2"]),
)
def test_any_order_of_arrival_gives_the_same_end(alice, words, first):
    from django.db import transaction

    ends = []
    for history in (["order", "batch", "r-1", "r-2"], [first, *words]):
        with transaction.atomic():
            till.sell("o-0", line("1", 100_000))
            uids: dict[str, Any] = {}
            for word in history:
                _do(word, uids)
            ends.append(_end())
            assert ledger_checks.findings() == []
            transaction.set_rollback(True)
    assert ends[0] == ends[1]


def test_the_facts_are_told_as_of_any_refund(alice):
    send("o-1", "r-1", {"1": 4_000})
    assert Event.objects.filter(type="loyalty.order.refunded").count() == 0
    till.sell("o-1", line("1", 10_000))
    assert Event.objects.filter(type="loyalty.order.refunded").count() == 1
    assert Channel.objects.count() == 1
    assert UUID(Event.objects.get(type="loyalty.order.refunded").payload["refund"])
    assert Program.objects.count() == 1
