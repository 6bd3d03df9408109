"""`/api/v1/points`, `/refunds` by number, completions and balances of an earlier instant."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.utils import timezone

from loyalty.models import Program
from loyalty.selectors import ledger_checks
from tests import world
from tests.api.test_orders import body

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _the_ledger_is_sound_afterwards(db):
    yield
    assert ledger_checks.findings() == []


@pytest.fixture
def order(till, alice):
    return till.post("orders", body(amount=10_000)).json()


def hold(external_id="H-1", points=30):
    member = {"type": "phone", "value": world.ALICE_PHONE}
    return {"external_id": external_id, "member": member, "points": points}


def test_points_are_held_captured_in_part_and_the_rest_is_free(till, order):
    held = till.post("points/holds", hold())
    assert held.status_code == 201
    told = held.json()
    assert (told["state"], told["points"], told["account"]["available"]) == ("OPEN", 30, 70)
    again = till.post("points/holds", hold())
    assert (again.status_code, again.json()["id"]) == (201, told["id"])
    done = till.post(f"points/holds/{told['id']}/capture", {"points": 10})
    assert (done.status_code, done.json()["captured_points"]) == (200, 10)
    assert done.json()["account"] == {
        "pending": 0, "active": 90, "held": 0, "available": 90, "debt": 0,
    }  # fmt: skip
    repeat = till.post(f"points/holds/{told['id']}/capture", {"points": 10})
    assert repeat.json() == done.json()
    other = till.post(f"points/holds/{told['id']}/release", {})
    assert (other.status_code, other.json()["code"]) == (409, "already_resolved")


def test_a_hold_of_more_than_there_is_is_refused(till, order):
    answer = till.post("points/holds", hold(points=101))
    assert (answer.status_code, answer.json()["code"]) == (409, "insufficient_points")
    assert answer.json()["available_points"] == 100


def test_a_released_hold_says_so_again(till, order):
    uid = till.post("points/holds", hold()).json()["id"]
    for _ in range(2):
        answer = till.post(f"points/holds/{uid}/release", {})
        assert (answer.status_code, answer.json()["state"]) == (200, "RELEASED")


def test_a_key_of_a_hold_is_refused_for_another_request(till, order):
    first = till.post("points/holds", hold(), key="k")
    assert till.post("points/holds", hold(), key="k").json()["id"] == first.json()["id"]
    other = till.post("points/holds", hold("H-2", points=5), key="k")
    assert (other.status_code, other.json()["code"]) == (422, "idempotency_key_reused")
    capture = f"points/holds/{first.json()['id']}/capture"
    other = till.post(capture, {"points": 10}, key="k")
    assert (other.status_code, other.json()["code"]) == (422, "idempotency_key_reused")
    done = till.post(capture, {"points": 10}, key="l")
    assert (done.status_code, done.json()["account"]["active"]) == (200, 90)
    assert till.post(capture, {"points": 10}, key="l").json() == done.json()


def test_a_hold_of_another_source_or_of_nobody_is_not_found(till, order):
    uid = till.post("points/holds", hold()).json()["id"]
    stranger = world.till(source="stranger", channel="web")
    for sender, number in ((stranger, uid), (till, uuid4())):
        assert sender.post(f"points/holds/{number}/capture", {}).status_code == 404


def test_points_are_given_where_the_programme_allows_it(till, order, bob):
    sent = {
        "external_id": "T-1",
        "from": {"type": "phone", "value": world.ALICE_PHONE},
        "to": {"type": "phone", "value": world.BOB_PHONE},
        "points": 40,
    }
    refused = till.post("points/transfers", sent)
    assert (refused.status_code, refused.json()["code"]) == (409, "transfers_not_allowed")
    Program.objects.update(transfers_allowed=True)
    first = till.post("points/transfers", sent)
    assert (first.status_code, first.json()["account"]["available"]) == (201, 60)
    again = till.post("points/transfers", sent)
    assert (again.content, again["Idempotency-Replayed"]) == (first.content, "true")
    other = till.post("points/transfers", {**sent, "points": 41})
    assert (other.status_code, other.json()["code"]) == (409, "transfer_conflict")


def refund(number="O-1", external_id="R-1", amount=4_000):
    return {
        "external_id": external_id,
        "order_external_id": number,
        "occurred_at": timezone.now().isoformat(),
        "lines": [{"line_id": "1", "quantity": "1", "refund_amount": amount}],
    }


def test_a_refund_may_come_before_its_order(till, alice):
    sent = body(amount=10_000)
    back = refund(number=sent["external_id"])
    preview = till.post("refunds/preview", back)
    assert (preview.status_code, preview.json()["state"]) == (202, "PARKED")
    parked = till.post("refunds", back)
    assert (parked.status_code, parked.json()["state"]) == (202, "PARKED")
    assert till.post("refunds", back).content == parked.content
    order = till.post("orders", sent)
    assert order.json()["refunds_applied"][0]["id"] == parked.json()["id"]
    assert till.post("orders", sent).content == order.content
    applied = till.post("refunds", back)
    assert (applied.status_code, applied["Idempotency-Replayed"]) == (201, "true")
    assert applied.json()["points"]["clawed_back"] == 40
    other = till.post("refunds", refund(number=sent["external_id"], amount=1) | {
        "external_id": back["external_id"]
    })  # fmt: skip
    assert (other.status_code, other.json()["code"]) == (409, "refund_conflict")


def test_a_completed_order_frees_its_points(till, alice):
    Program.objects.update(pending_until="COMPLETION")
    order = till.post("orders", body(amount=10_000)).json()
    assert order["points"]["pending"] == 100
    sent = {"occurred_at": timezone.now().isoformat()}
    done = till.post(f"orders/{order['id']}/completion", sent)
    assert (done.status_code, done.json()["activated"]) == (200, 100)
    again = till.post(f"orders/{order['id']}/completion", sent)
    assert (again.json()["activated"], again["Idempotency-Replayed"]) == (0, "true")
    assert till.post(f"orders/{uuid4()}/completion", sent).status_code == 404


def test_a_balance_of_an_earlier_instant_is_what_was_answered_then(till, order, alice):
    asked_at = timezone.now().isoformat()
    address = f"members/{alice.uid}/account"
    now = till.get(address).json()
    till.post(f"orders/{order['id']}/refunds", {
        "external_id": "R-9", "occurred_at": timezone.now().isoformat()
    })  # fmt: skip
    then = till.get(f"{address}?as_of={asked_at}".replace("+", "%2B")).json()
    for name in ("pending", "active", "held", "available", "debt", "tier"):
        assert then[name] == now[name]
    assert till.get(address).json()["active"] == 0


@pytest.mark.parametrize("text", ["yesterday", "2026-01-01T00:00:00", ""])
def test_an_instant_that_is_none_is_refused(till, alice, text):
    answer = till.get(f"members/{alice.uid}/account?as_of={text}")
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid")


def test_the_future_and_the_time_before_the_member_have_no_answer(till, alice):
    for days, status in ((1, 422), (-4_000, 404)):
        at = (timezone.now() + timedelta(days=days)).isoformat().replace("+", "%2B")
        assert till.get(f"members/{alice.uid}/account?as_of={at}").status_code == status
