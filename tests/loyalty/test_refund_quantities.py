"""Refunds that name pieces instead of amounts."""

from typing import Any

import msgspec
import pytest

from loyalty.errors import RefundExceedsOrder, RefundNeedsQuantity
from loyalty.models import Order, OrderLine, Refund
from loyalty.services import refunds
from loyalty.services.documents import RefundDocument
from tests.loyalty import till
from tests.loyalty.till import NOW, line

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _a_member(alice: Any) -> None:
    """Alice buys."""


def sold() -> Order:
    three = line("1", 1_000, quantity="3", unit_price_amount=334, discount_amount=2)
    answer = till.sell("o-1", three, line("2", 5_000))
    return Order.objects.get(uid=answer["id"])


def give_back(number: str, order: Order, *lines: dict[str, Any]) -> dict[str, Any]:
    sent = {"external_id": number, "occurred_at": NOW.isoformat(), "lines": list(lines)}
    document = msgspec.convert(sent, RefundDocument, strict=True)
    return refunds.record(order_uid=order.uid, refund=document, source=till.TILL, at=NOW).answer


def test_a_piece_without_an_amount_brings_its_part_of_the_line() -> None:
    order = sold()

    values = [
        give_back(f"r-{n}", order, {"line_id": "1", "quantity": "1"})["value_amount"]
        for n in range(3)
    ]

    assert values == [333, 334, 333]
    assert OrderLine.objects.get(order=order, line_id="1").refunded_amount == 1_000


def test_amounts_and_pieces_may_be_mixed_in_one_refund() -> None:
    answer = give_back(
        "r-1",
        sold(),
        {"line_id": "1", "quantity": "1"},
        {"line_id": "2", "quantity": "1", "refund_amount": 4_000},
    )

    assert answer["value_amount"] == 4_333


def test_after_an_amount_was_told_the_last_piece_brings_what_is_left() -> None:
    order = sold()
    give_back("r-1", order, {"line_id": "1", "quantity": "2", "refund_amount": 900})

    answer = give_back("r-2", order, {"line_id": "1", "quantity": "1"})

    assert answer["value_amount"] == 100


def test_neither_amount_nor_quantity_is_refused_and_changes_nothing() -> None:
    order = sold()

    with pytest.raises(RefundNeedsQuantity) as refused:
        give_back("r-1", order, {"line_id": "2"})

    assert refused.value.details == {"line_id": "2"}
    assert Refund.objects.count() == 0


def test_more_pieces_than_are_left_are_refused_with_both_figures() -> None:
    order = sold()
    give_back("r-1", order, {"line_id": "1", "quantity": "2"})

    with pytest.raises(RefundExceedsOrder) as refused:
        give_back("r-2", order, {"line_id": "1", "quantity": "2"})

    assert refused.value.details == {
        "line_id": "1",
        "asked_quantity": "2",
        "left_quantity": "1",
    }
    assert Refund.objects.count() == 1


def test_the_same_refund_twice_gives_the_first_answer() -> None:
    order = sold()

    first = give_back("r-1", order, {"line_id": "1", "quantity": "1"})

    assert give_back("r-1", order, {"line_id": "1", "quantity": "1"}) == first
    assert OrderLine.objects.get(order=order, line_id="1").refunded_amount == 333
