"""`/api/v1/members/{id}/account` and `/ledger`: what a member holds, and how it came."""

from uuid import uuid4

import pytest

from tests import world
from tests.api.test_orders import body

pytestmark = pytest.mark.django_db


def test_an_account_tells_balances_tier_and_progress(till, alice):
    till.post("orders", body(amount=60_000))
    answer = till.get(f"members/{alice.uid}/account")
    assert answer.status_code == 200
    told = answer.json()
    assert {name: told[name] for name in ("member", "currency", "pending", "active")} == {
        "member": str(alice.uid), "currency": "CNY", "pending": 0, "active": 600,
    }  # fmt: skip
    assert (told["held"], told["available"], told["debt"]) == (0, 600, 0)
    assert (told["tier"]["code"], told["tier"]["name"]) == ("member", "Member")
    assert told["progress"] == {
        "next": "silver", "missing_amount": 240_000, "missing_orders": 4, "percent": 20,
    }  # fmt: skip


def test_a_ledger_is_read_in_pages_newest_first(till, alice):
    for number in range(5):
        till.post("orders", body(f"o-{number}", amount=10_000))
    first = till.get(f"members/{alice.uid}/ledger?limit=3").json()
    assert [entry["balance_after"] for entry in first["results"]] == [500, 400, 300]
    assert first["results"][0]["kind"] == "EARN"
    path = first["next"].partition("/api/v1/")[2] or f"members/{alice.uid}/ledger?{first['next']}"
    rest = till.get(path).json()
    assert [entry["balance_after"] for entry in rest["results"]] == [200, 100]
    assert rest["next"] is None


def test_a_new_members_account_is_empty(till, alice):
    told = till.get(f"members/{alice.uid}/account").json()
    assert (told["active"], told["available"], told["expiring"]) == (0, 0, [])
    assert till.get(f"members/{alice.uid}/ledger").json()["results"] == []


@pytest.mark.parametrize("what", ["account", "ledger"])
def test_a_member_that_is_not_there_is_404_and_a_token_without_the_scope_403(shop, alice, what):
    reader = world.till(source="reader", scopes=["members:read"])
    assert reader.get(f"members/{uuid4()}/{what}").status_code == 404
    writer = world.till(source="writer", scopes=["orders:write"])
    assert writer.get(f"members/{alice.uid}/{what}").status_code == 403
