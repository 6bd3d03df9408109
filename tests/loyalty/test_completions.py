"""Points that wait for their order's completion."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from loyalty.errors import BackdatingNotAllowed, OccurredBeforeOrder, OccurredInFuture
from loyalty.models import LedgerEntry, Lot, LotExtension, Order, Program
from loyalty.selectors import ledger_checks
from loyalty.services import completions, points
from loyalty.services.documents import Source
from members.errors import NotFound
from tests.loyalty import till
from tests.loyalty.till import NOW, line

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _the_ledger_is_sound_afterwards(db):
    yield
    assert ledger_checks.findings() == []


@pytest.fixture(autouse=True)
def _until_completed(shop):
    Program.objects.update(pending_until="COMPLETION", validity="MONTHS", validity_count=1)


def complete(
    order: dict[str, Any], occurred_at: datetime = NOW, at: datetime | None = None, **options: Any
) -> completions.Completed:
    return completions.complete(
        order_uid=UUID(order["id"]),
        source=options.get("source", till.TILL),
        occurred_at=occurred_at,
        at=at or occurred_at,
    )


def test_the_till_is_told_that_there_is_no_day_yet(alice):
    answer = till.sell("o-1", line("1", 10_000))
    assert answer["points"]["pending"] == 100
    assert (answer["points"]["active_at"], answer["points"]["expires_at"]) == (None, None)


def test_the_same_completion_again_changes_nothing(alice):
    order = till.sell("o-1", line("1", 10_000))
    first = complete(order)
    assert (first.answer["activated"], first.answer["account"]["active"]) == (100, 100)
    again = complete(order, NOW + timedelta(days=1))
    assert again.is_replayed
    assert again.answer["completed_at"] == first.answer["completed_at"]
    assert LedgerEntry.objects.filter(kind="ACTIVATE").count() == 1
    assert LotExtension.objects.get().reason == "COMPLETED"


def test_a_refund_before_the_completion_takes_the_waiting_points(alice):
    order = till.sell("o-1", line("1", 10_000))
    till.give_back(order, "r-1", {"1": 4_000})
    assert till.balances(alice) == (60, 0, 0)
    complete(order)
    assert till.balances(alice) == (0, 60, 0)
    till.give_back(order, "r-2")
    assert till.balances(alice) == (0, 0, 0)


def test_an_order_of_which_all_came_back_completes_without_points(alice):
    order = till.sell("o-1", line("1", 10_000))
    till.give_back(order, "r-1")
    assert complete(order).answer["activated"] == 0
    assert Order.objects.get().completed_at == NOW


def test_points_that_become_usable_repay_a_debt_first(alice):
    order = till.sell("o-1", line("1", 10_000))
    complete(order)
    points.redeem(member_id=alice.pk, points=100, key="x", reason="gift", at=NOW)
    till.give_back(order, "r-1", {"1": 3_000})
    assert till.balances(alice) == (0, 0, 30)
    other = till.sell("o-2", line("1", 10_000))
    assert till.balances(alice) == (100, 0, 30)
    complete(other)
    assert till.balances(alice) == (0, 70, 0)


def test_points_that_never_lapse_wait_too(alice):
    Program.objects.update(validity="NEVER")
    order = till.sell("o-1", line("1", 10_000))
    complete(order)
    assert till.balances(alice) == (0, 100, 0)
    assert Lot.objects.get().expires_at is None


def test_an_order_of_the_time_before_the_setting_completes_without_effect(alice):
    Program.objects.update(pending_until="DAYS", pending_days=15)
    order = till.sell("o-1", line("1", 10_000))
    Program.objects.update(pending_until="COMPLETION")
    assert complete(order).answer["activated"] == 0
    assert till.balances(alice) == (100, 0, 0)


@pytest.mark.parametrize(
    ("days", "error"),
    [(-1, OccurredBeforeOrder), (1, OccurredInFuture), (-40, BackdatingNotAllowed)],
)
def test_a_completion_at_an_impossible_time_is_refused_and_changes_nothing(alice, days, error):
    order = till.sell("o-1", line("1", 10_000))
    source = Source("till", channel="pos")
    with pytest.raises(error):
        complete(order, NOW + timedelta(days=days), NOW, source=source)
    assert Order.objects.get().completed_at is None
    assert till.balances(alice) == (100, 0, 0)


def test_an_unknown_order_or_one_of_another_store_is_not_found(alice):
    order = till.sell("o-1", line("1", 10_000))
    for uid, source in (
        (uuid4(), till.TILL),
        (UUID(order["id"]), Source("till", store_ids=frozenset({0}))),
    ):
        with pytest.raises(NotFound):
            completions.complete(order_uid=uid, source=source, occurred_at=NOW, at=NOW)


def test_a_sale_to_nobody_can_be_completed(alice):
    order = till.sell("o-1", line("1", 10_000), phone=None)
    assert complete(order).answer["account"] is None
