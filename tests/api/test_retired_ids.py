"""A card that was merged: its id and numbers lead to the survivor at every door."""

from typing import Any

import pytest
from django.urls import reverse

from loyalty.models import Account, Order
from members.models import Consent, MemberTag, Tag
from members.services import merges
from tests import world
from tests.api import test_orders as orders
from tests.authorization_matrix import SCOPES
from tests.world import NOW

pytestmark = pytest.mark.django_db
READ = sorted(
    name for name, verbs in SCOPES.items() if name.startswith("api:member") and "GET" in verbs
)


@pytest.fixture
def merged(alice: Any, bob: Any) -> tuple[Any, Any, Any]:
    """Charlie went into Bob, and Bob into Alice."""
    charlie = world.register(world.CHARLIE)
    merges.merge(survivor_id=bob.pk, retired_id=charlie.pk, at=NOW)
    merges.merge(survivor_id=alice.pk, retired_id=bob.pk, at=NOW)
    return alice, bob, charlie


def path(name: str, uid: Any) -> str:
    return str(reverse(name, args=[uid]).removeprefix("/api/v1/"))


@pytest.mark.parametrize("name", READ)
def test_what_is_read_by_a_retired_id_is_the_survivor_s(name, till, merged):
    alice, bob, charlie = merged
    answers = [till.get(path(name, one.uid)) for one in (alice, bob, charlie)]
    # Without a rule for check-ins that page refuses, and says the same to all three.
    assert {one.status_code for one in answers} == {422 if "check-ins" in name else 200}
    said = [one.json() | {"request_id": ""} for one in answers]
    assert said[0] == said[1] == said[2]


def test_all_numbers_find_the_survivor(till, merged):
    alice, bob, charlie = merged
    claims = [
        ("phone", world.ALICE_PHONE), ("phone", world.BOB_PHONE), ("phone", world.CHARLIE_PHONE),
        ("card", bob.card_number), ("card", charlie.card_number),
    ]  # fmt: skip
    for kind, value in claims:
        found = till.post("members/lookup", {"type": kind, "value": value})
        assert (found.status_code, found.json()["id"]) == (200, str(alice.uid)), kind


def test_what_is_written_by_a_retired_id_is_the_survivor_s(till, merged):
    alice, bob, charlie = merged
    Tag.objects.create(code="vip", name_en="VIP", name_zh="贵宾")
    assert till.post(path("api:member-tags", charlie.uid), {"give": ["vip"]}).status_code == 200
    assert MemberTag.objects.get().member_id == alice.pk
    yes = {"purpose": "marketing", "medium": "sms", "is_granted": True, "policy_version": "1"}
    assert till.post(path("api:member-consents", bob.uid), {"consents": [yes]}).status_code < 500
    assert not Consent.objects.exclude(member=alice).exists()


def test_an_order_by_a_retired_id_or_phone_earns_for_the_survivor(till, merged):
    alice, bob, _charlie = merged
    references = ({"type": "id", "value": str(bob.uid)}, {"type": "card", "value": bob.card_number},
                  {"type": "phone", "value": world.CHARLIE_PHONE})  # fmt: skip
    for number, reference in enumerate(references):
        sent = orders.body(f"o-{number}", amount=10_000, member=reference)
        assert till.post("orders", sent).json()["member"] == str(alice.uid)
    assert set(Order.objects.values_list("member_id", flat=True)) == {alice.pk}
    assert Account.objects.get(member=alice).active_points == 300
