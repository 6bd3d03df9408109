"""`/api/v1/quotes/locks`: what channels send and get."""

import pytest
from django.db import connection

from campaigns.models import QuoteLock
from tests import world
from tests.api.test_quotes import body
from tests.campaigns.offers import line, offer

pytestmark = pytest.mark.django_db
STEPS = [{"min_amount": 10_000, "amount": 2_000}]


@pytest.fixture
def quote_id(till, alice):
    offer("spring", steps=STEPS)
    member = {"type": "phone", "value": world.ALICE_PHONE}
    return till.post("quotes", body(line("1", 12_000), member=member)).json()["quote_id"]


def test_a_till_locks_a_quote_and_lets_go_of_it(till, quote_id):
    sent = {"quote_id": quote_id, "external_id": "o-1", "minutes": 10}

    answer, again = till.post("quotes/locks", sent), till.post("quotes/locks", sent)

    assert (answer.status_code, again.status_code) == (201, 201)
    told = answer.json()
    assert again.json() == told
    assert {name: told[name] for name in ("external_id", "state", "coupons", "offers")} == {
        "external_id": "o-1", "state": "OPEN", "coupons": [], "offers": ["spring"],
    }  # fmt: skip
    assert told["points_hold"] is None
    gone = till.post(f"quotes/locks/{told['id']}/release", {})
    assert (gone.status_code, gone.json()["state"]) == (200, "RELEASED")
    assert till.post(f"quotes/locks/{told['id']}/release", {}).json() == gone.json()


def test_what_can_not_be_kept_is_409_with_the_difference_and_a_new_quote(till, quote_id):
    with connection.cursor() as cursor:
        cursor.execute("SELECT loyalty_pool_fill('offer:spring:amount', 1999)")

    answer = till.post("quotes/locks", {"quote_id": quote_id, "external_id": "o-1"})

    assert (answer.status_code, answer.json()["code"]) == (409, "quote_changed")
    difference = answer.json()["difference"]
    assert difference["payable_before"] == 10_000
    assert difference["lost"] == [{"what": "offer", "code": "spring", "reason": "budget"}]
    assert answer.json()["quote"]["quote_id"]
    assert not QuoteLock.objects.exists()


def test_another_body_for_a_number_that_has_a_lock_is_409(till, quote_id):
    sent = {"quote_id": quote_id, "external_id": "o-1"}
    assert till.post("quotes/locks", sent).status_code == 201

    other = till.post("quotes/locks", {**sent, "minutes": 7})

    assert (other.status_code, other.json()["code"]) == (409, "quote_lock_conflict")
    assert other.json()["external_id"] == "o-1"


@pytest.mark.parametrize(
    ("sent", "status", "code"),
    [
        ({"quote_id": "made-up", "external_id": "o-1"}, 422, "bad_quote"),
        ({"quote_id": "", "external_id": "o-1"}, 422, "invalid"),
        ({"external_id": "o-1"}, 422, "invalid"),
        ({"quote_id": "x", "external_id": "o-1", "minutes": 0}, 422, "invalid"),
        ({"quote_id": "x", "external_id": "o-1", "forever": True}, 422, "invalid"),
    ],
)
def test_a_body_that_is_none_is_refused_with_its_reason(till, alice, sent, status, code):
    answer = till.post("quotes/locks", sent)

    assert answer.status_code == status
    assert answer.json()["code"] == code


def test_a_lock_that_is_not_there_is_404(till, alice):
    missing = "quotes/locks/01a20074-2b10-7c3e-a0ce-6a0f4e0b7d51/release"

    assert till.post(missing, {}).status_code == 404
