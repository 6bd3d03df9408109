"""`/api/v1/orders/{id}/refunds`: what came back, once, and what a preview promises."""

from uuid import uuid4

import pytest
from django.utils import timezone

from loyalty.models import LedgerEntry, Refund
from loyalty.selectors import ledger_checks
from tests import world
from tests.api.test_orders import body

pytestmark = pytest.mark.django_db


@pytest.fixture
def order(till, alice):
    return till.post("orders", body(amount=10_000)).json()


def refund(external_id="R-1", amount=4_000, **options):
    lines = [{"line_id": "1", "quantity": "1", "refund_amount": amount}]
    sent = {
        "external_id": external_id,
        "occurred_at": timezone.now().isoformat(),
        "lines": lines,
        "reason": "too small",
    }
    return sent | options


def test_a_refund_takes_back_and_answers_how_much_goes_back_as_money(till, order):
    answer = till.post(f"orders/{order['id']}/refunds", refund())
    assert answer.status_code == 201
    told = answer.json()
    assert (told["value_amount"], told["money_amount"]) == (4_000, 4_000)
    assert told["points"] == {
        "restored": 0,
        "available": 0,
        "expired": 0,
        "clawed_back": 40,
        "absorbed_by_expiry": 0,
        "debt": 0,
        "uncollected": 0,
    }
    assert told["account"]["available"] == 60
    assert ledger_checks.findings() == []


def test_a_repeat_gives_the_same_bytes_and_says_so(till, order):
    sent = refund()
    first = till.post(f"orders/{order['id']}/refunds", sent, key="k")
    for key in ("k", None):
        again = till.post(f"orders/{order['id']}/refunds", sent, key=key)
        assert again["Idempotency-Replayed"] == "true"
        assert (again.status_code, again.content) == (201, first.content)
    assert Refund.objects.count() == 1
    assert LedgerEntry.objects.filter(kind="CLAWBACK").count() == 1


def test_another_content_under_the_number_is_409_and_under_the_key_422(till, order):
    path = f"orders/{order['id']}/refunds"
    till.post(path, refund(), key="k")
    conflict = till.post(path, refund(amount=5_000))
    assert (conflict.status_code, conflict.json()["code"]) == (409, "refund_conflict")
    reused = till.post(path, refund("R-2"), key="k")
    assert (reused.status_code, reused.json()["code"]) == (422, "idempotency_key_reused")
    assert Refund.objects.count() == 1


def test_more_than_was_bought_is_422_and_says_what_is_left(till, order):
    answer = till.post(f"orders/{order['id']}/refunds", refund(amount=10_001))
    assert answer.status_code == 422
    problem = answer.json()
    assert problem["code"] == "refund_exceeds_order"
    assert (problem["line_id"], problem["asked_amount"], problem["left_amount"]) == (
        "1", 10_001, 10_000,
    )  # fmt: skip
    assert Refund.objects.count() == 0


def test_a_preview_promises_what_the_refund_does_and_changes_nothing(till, order):
    sent = refund()
    shown = till.post(f"orders/{order['id']}/refunds/preview", sent)
    assert shown.status_code == 200
    assert Refund.objects.count() == 0
    done = till.post(f"orders/{order['id']}/refunds", sent).json()
    assert {**shown.json(), "id": done["id"]} == done


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"amnt": 1}, "unknown_field"),
        ({"occurred_at": "2026-03-02T14:03:11"}, "naive_instant"),
        ({"lines": [{"line_id": "1", "refund_amount": -1}]}, "out_of_range"),
    ],
)
def test_a_body_that_is_no_refund_is_422(till, order, change, code):
    answer = till.post(f"orders/{order['id']}/refunds", refund(**change))
    assert (answer.status_code, answer.json()["errors"][0]["code"]) == (422, code)
    assert Refund.objects.count() == 0


def test_an_order_that_is_unknown_or_another_stores_is_404(till, order):
    assert till.post(f"orders/{uuid4()}/refunds", refund()).status_code == 404
    beijing = world.till(source="bj", store_codes=["BJ01"])
    assert beijing.post(f"orders/{order['id']}/refunds", refund()).status_code == 404
    assert Refund.objects.count() == 0
