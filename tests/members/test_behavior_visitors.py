"""What a visitor did before the log-in becomes the member's, whatever comes first."""

from datetime import timedelta
from itertools import permutations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from members.models import BehaviorEvent
from members.services import behavior_events
from members.services.behavior_events import PersonalVisitor, Teller
from tests import documented, world
from tests.members import behaviors
from tests.members.behaviors import PHONE, minutes_ago, owners, send, told

PAGE = "algorithms/behavior-events.md"
PHONES = {"Alice": PHONE, "Bob": behaviors.BOBS_PHONE}
CASES = [name for name in documented.tables(PAGE) if name.startswith("Whose: ")]


def _sent(row):
    """An event of the page's table; minutes count from 10:00."""
    minute = row.number("minute")
    member = PHONES.get(row.text("member says"))
    return told(
        row.text("event"),
        occurred_at=minutes_ago(600 - minute),
        visitor=row.text("visitor") or None,
        member=member,
    )


@pytest.mark.django_db
@pytest.mark.parametrize("case", CASES)
def test_the_tables_of_the_page_hold_in_every_order(alice, bob, case):
    rows = documented.rows(PAGE, case)
    names = {None: "nobody", alice.pk: "Alice", bob.pk: "Bob"}
    expected = {row.text("event"): row.text("belongs to") for row in rows}

    for order in permutations(rows):
        BehaviorEvent.objects.all().delete()
        for row in order:
            send(_sent(row))
        assert {key: names[owner] for key, owner in owners().items()} == expected, order


@pytest.mark.django_db
def test_a_visitor_of_another_source_is_another_one(alice):
    web = Teller(source="shop", channel="web")
    send(told("e-1", visitor="v-1"), teller=web)
    send(told("e-2", visitor="v-1", member=PHONE, occurred_at=minutes_ago(1)))

    assert owners() == {"e-1": None, "e-2": alice.pk}


@pytest.mark.django_db
def test_a_registration_that_names_the_visitor_claims_what_they_did_before(alice):
    send(told("e-1", visitor="v-1"))

    for _ in range(2):
        behavior_events.sign_in(member=alice, visitor="v-1", teller=behaviors.MINI, at=world.NOW)

    send(told("e-0", visitor="v-1", occurred_at=minutes_ago(90)))
    assert list(BehaviorEvent.objects.values_list("kind", flat=True).order_by("pk")) == [
        "product_view", "sign_in", "product_view",
    ]  # fmt: skip
    assert set(owners().values()) == {alice.pk}
    assert BehaviorEvent.objects.get(external_id="e-1").is_adopted


@pytest.mark.django_db
def test_a_phone_is_no_visitor_of_a_registration(alice):
    with pytest.raises(PersonalVisitor):
        behavior_events.sign_in(
            member=alice, visitor=world.ALICE_PHONE, teller=behaviors.MINI, at=world.NOW
        )
    assert BehaviorEvent.objects.count() == 0


@pytest.mark.django_db
def test_a_repeat_of_what_was_adopted_meanwhile_gets_its_first_answer(alice):
    first = send(told("e-1", visitor="v-1"))[0]
    send(told("e-2", visitor="v-1", member=PHONE, occurred_at=minutes_ago(1)))

    again = send(told("e-1", visitor="v-1"), at=world.NOW + timedelta(hours=1))[0]

    assert (again.answer, again.is_replayed) == (first.answer, True)
    assert owners()["e-1"] == alice.pk


_EVENT = st.fixed_dictionaries(
    {
        "number": st.integers(0, 5),
        "minute": st.integers(0, 4),
        "visitor": st.sampled_from(["v-1", "v-2"]),
        "member": st.sampled_from([None, "Alice", "Bob"]),
    }
)


# The shop of all examples is the same; what they wrote is removed before each.
@pytest.mark.django_db
@settings(
    max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    events=st.lists(_EVENT, min_size=1, max_size=6, unique_by=lambda one: one["number"]),
    again=st.lists(st.integers(0, 5), max_size=4),
    dice=st.randoms(use_true_random=False),
)
def test_repeats_and_reordering_end_in_the_same_rows(alice, bob, events, again, dice):
    BehaviorEvent.objects.all().delete()
    sent = [
        told(
            f"e-{one['number']}",
            occurred_at=minutes_ago(60 - one["minute"]),
            visitor=one["visitor"],
            member=PHONES.get(one["member"]),
        )
        for one in events
    ]
    send(*sent)
    expected = behaviors.state()
    BehaviorEvent.objects.all().delete()

    shuffled = [*sent, *(sent[index % len(sent)] for index in again)]
    dice.shuffle(shuffled)
    cut = dice.randint(0, len(shuffled))
    send(*shuffled[:cut])
    for one in shuffled[cut:]:
        send(one)

    assert behaviors.state() == expected
