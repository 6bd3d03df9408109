"""Members are found by a whole identity anywhere, and by less in one's own stores."""

import pytest

from members.models import Member
from members.selectors import members as selectors
from members.services import members
from members.services.identities import IdentityClaim
from tests import world

pytestmark = pytest.mark.django_db


def phone(text, **options):
    return members.Registration(identities=(IdentityClaim("PHONE", text),), **options)


def test_a_find_takes_one_query_and_a_merged_member_leads_to_the_survivor(
    alice, bob, django_assert_num_queries
):
    with django_assert_num_queries(1):
        found = selectors.find(kind="PHONE", value=world.BOB_PHONE)
        assert (found, found.name) == (bob, "Bob Stone")
    bob.state, bob.merged_into = Member.State.MERGED, alice
    bob.save(update_fields=["state", "merged_into"])

    assert selectors.find(kind="PHONE", value=world.BOB_PHONE) == alice
    assert members.register(registration=phone(world.BOB_PHONE), at=world.NOW).member == alice


@pytest.mark.parametrize(
    "typed",
    [
        "13800138000",
        "+86 138 0013 8000",
        "alice@example.org",
        "8000",
        "张爱丽",
        "张",
        "ALICE@Example.org",
    ],
)
def test_the_counter_finds_alice_by_what_was_typed(alice, typed, django_assert_num_queries):
    with django_assert_num_queries(1):
        assert selectors.lookup(text=typed) == [alice]


def test_the_counter_finds_by_card_and_shows_nobody_for_nonsense(alice):
    assert selectors.lookup(text=alice.card_number) == [alice]
    for typed in ("", "   ", "李", "9999", "nobody@example.org"):
        assert selectors.lookup(text=typed) == []


def test_a_store_browses_its_own_members_but_serves_every_card(alice, bob):
    ours = [bob.store_id]

    assert selectors.lookup(text="张爱丽", stores=ours) == []
    assert selectors.lookup(text="8000", stores=ours) == []
    assert selectors.lookup(text=world.ALICE_PHONE, stores=ours) == [alice]
    assert selectors.lookup(text=alice.card_number, stores=ours) == [alice]


def test_a_lookup_shows_twenty_at_most(shop):
    batch = [phone(f"1360013{number:04d}", name="王") for number in range(25)]
    members.register_many(registrations=batch, at=world.NOW)

    assert len(selectors.lookup(text="王")) == 20
