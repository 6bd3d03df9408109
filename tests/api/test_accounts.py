"""`/api/v1/members/{id}/account` and `/ledger`: what a member holds, and how it came."""

from uuid import uuid4

import pytest

from loyalty.models import Tier
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
    by = told["progress"].pop("by")
    assert by is not None
    assert told["progress"] == {
        "next": "silver", "missing_amount": 240_000, "missing_orders": 4,
        "missing_qualifying_points": 0, "percent": 20, "keep": None, "projected": "member",
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


def test_a_tier_is_bought_with_points_once_per_key(till, alice):
    Tier.objects.filter(code="silver").update(price_points=1_000)
    till.post("orders", body(amount=150_000))
    path, sent = f"members/{alice.uid}/tier-purchases", {"tier": "silver"}
    first = till.post(path, sent, key="buy-1")
    assert first.status_code == 201
    assert (first.json()["tier"], first.json()["points"]) == ("silver", 1_000)
    again = till.post(path, sent, key="buy-1")
    assert (again.status_code, again.content) == (201, first.content)
    told = till.get(f"members/{alice.uid}/account").json()
    assert (told["tier"]["code"], told["available"]) == ("silver", 500)
    refused = till.post(path, sent, key="buy-2")
    assert (refused.status_code, refused.json()["code"]) == (409, "tier_already_held")
    unknown = till.post(path, {"tier": "nope"}, key="buy-3")
    assert (unknown.status_code, unknown.json()["code"]) == (422, "unknown_tier")
