"""Behavior events: each once, late or early, whoever is known; refusals lose nothing else."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from members.models import BehaviorEvent, Event, Identity, RetentionRule, Store
from members.services import behavior_events, merges
from members.services.behavior_events import EventBatchTooLarge, Teller
from tests import world
from tests.members import behaviors
from tests.members.behaviors import PHONE, codes, document, send, told

pytestmark = pytest.mark.django_db


def test_an_event_is_kept_as_it_was_told(alice):
    outcome = send(
        told(
            "e-1",
            member=PHONE,
            visitor="v-1",
            store="SH01",
            dwell_seconds=48,
            attributes={"category": "skincare", "price_amount": 14_900},
        )
    )[0]

    assert outcome.answer == {
        "external_id": "e-1",
        "kind": "product_view",
        "member": alice.uid,
        "occurred_at": behaviors.minutes_ago(60),
        "recorded_at": world.NOW,
        "refused": [],
    }
    row = BehaviorEvent.objects.get()
    assert (row.source, row.member_id, row.visitor, row.object) == (
        "mini-app", alice.pk, "v-1", "SK-100",
    )  # fmt: skip
    assert (row.channel, row.store, row.dwell_seconds) == (
        "mini",
        Store.objects.get(code="SH01"),
        48,
    )
    assert row.attributes == {"category": "skincare", "price_amount": 14_900}


def test_a_repeat_gets_the_first_answer_and_writes_nothing(alice):
    first = send(told("e-1", member=PHONE))[0]
    again = send(told("e-1", member=PHONE), at=world.NOW + timedelta(days=9))[0]

    assert (again.answer, again.is_replayed, first.is_replayed) == (first.answer, True, False)
    assert BehaviorEvent.objects.count() == 1


def test_the_same_instant_and_phone_in_another_spelling_are_a_repeat(alice):
    send(told("e-1", member=PHONE, occurred_at="2026-03-02T13:00:00+08:00"))
    again = send(
        told(
            "e-1",
            member={"type": "phone", "value": "+86-138-0013-8000"},
            occurred_at="2026-03-02T05:00:00Z",
        )
    )[0]

    assert again.is_replayed


@pytest.mark.parametrize(
    "other",
    [
        {"object": "SK-200"},
        {"kind": "add_to_cart"},
        {"dwell_seconds": 5},
        {"attributes": {"category": "hair"}},
        {"member": behaviors.BOBS_PHONE},
        {"member": None, "visitor": "v-1"},
        {"visitor": "v-1"},
        {"store": "SH01"},
        {"occurred_at": world.NOW},
    ],
    ids=str,
)
def test_another_event_under_the_same_id_conflicts_and_changes_nothing(alice, bob, other):
    send(told("e-1", member=PHONE))
    before = behaviors.state()

    outcomes = send(told("e-1", **{"member": PHONE, **other}), told("e-2", member=PHONE))

    assert codes(outcomes) == ["event_conflict", ""]
    assert [row for row in behaviors.state() if row[1] == "e-1"] == before


def test_an_id_that_comes_twice_in_a_batch_counts_once(alice):
    outcomes = send(
        told("e-1", member=PHONE),
        told("e-1", member=PHONE),
        told("e-1", member=PHONE, object="SK-9"),
    )

    assert codes(outcomes) == ["", "", "event_conflict"]
    assert [one.is_replayed for one in outcomes] == [False, True, False]
    assert BehaviorEvent.objects.get().object == "SK-100"


def test_two_sources_may_number_alike(alice):
    web = Teller(source="shop", channel="web")
    send(told("e-1", member=PHONE))

    assert codes(send(told("e-1", member=PHONE, object="SK-2"), teller=web)) == [""]
    assert BehaviorEvent.objects.count() == 2


def test_one_bad_event_does_not_lose_the_others(alice):
    outcomes = send(
        told("future", member=PHONE, occurred_at=world.NOW + timedelta(minutes=5, seconds=1)),
        told("ahead", member=PHONE, occurred_at=world.NOW + timedelta(minutes=5)),
        told("old", member=PHONE, occurred_at=world.NOW - timedelta(days=400, seconds=1)),
        told("late", member=PHONE, occurred_at=world.NOW - timedelta(days=400)),
        told("nobody"),
        told("shop", member=PHONE, store="XX99"),
        told("channel", member=PHONE, channel="smoke"),
    )

    assert codes(outcomes) == [
        "occurred_in_future", "", "event_too_old", "", "member_or_visitor_required",
        "unknown_store", "unknown_channel",
    ]  # fmt: skip
    assert behaviors.owners() == {"ahead": alice.pk, "late": alice.pk}


def test_how_late_an_event_may_come_is_the_setting_of_the_retention(alice):
    RetentionRule.objects.create(category="behavior_events", days=60)
    eldest = told("e-1", member=PHONE, occurred_at=world.NOW - timedelta(days=61))

    assert codes(send(eldest)) == ["event_too_old"]


def test_a_client_of_some_stores_tells_of_those_only(alice):
    store_ids = frozenset(Store.objects.filter(code="SH01").values_list("pk", flat=True))
    teller = Teller(source="till", channel="pos", store_ids=store_ids)

    outcomes = send(
        told("e-1", member=PHONE, store="SH01"),
        told("e-2", member=PHONE, store="BJ01"),
        told("e-3", member=PHONE),
        teller=teller,
    )

    assert codes(outcomes) == ["", "unknown_store", ""]


def test_more_than_500_are_refused_and_none_is_written(alice):
    events = [document(f"e-{number}", member=PHONE) for number in range(501)]

    with pytest.raises(EventBatchTooLarge):
        behavior_events.record_batch(events=events, teller=behaviors.MINI, at=world.NOW)
    assert BehaviorEvent.objects.count() == 0


def test_a_member_whom_nobody_knows_leaves_no_trace_of_their_phone(shop):
    outcome = send(told("e-1", member={"type": "phone", "value": "13511112222"}))[0]

    assert outcome.answer["member"] is None
    assert outcome.answer["refused"] == [{"what": "member", "code": "member_not_found"}]
    with connection.cursor() as cursor:
        cursor.execute("SELECT e::text FROM members_behaviorevent e")
        stored = cursor.fetchone()[0]
    assert "13511112222" not in stored.replace(" ", "")
    assert behaviors.owners() == {"e-1": None}


def test_a_repeat_after_the_registration_gets_the_first_answer_too(shop):
    first = send(told("e-1", member=PHONE))[0]
    world.register(world.ALICE)

    again = send(told("e-1", member=PHONE))[0]

    assert (again.answer, again.is_replayed) == (first.answer, True)


@pytest.mark.parametrize(
    "reference",
    [
        {"type": "phone", "value": "123"},
        {"type": "id", "value": "no-id"},
        {"type": "email", "value": "ALICE@example.org"},
    ],
    ids=str,
)
def test_any_identity_may_name_the_member_and_nonsense_names_nobody(alice, reference):
    send(told("e-1", member=reference))

    assert behaviors.owners() == {"e-1": alice.pk if reference["type"] == "email" else None}


def test_the_id_of_a_retired_member_leads_to_the_survivor(alice, bob):
    merges.merge(survivor_id=alice.pk, retired_id=bob.pk, at=world.NOW)

    answer = send(told("e-1", member=behaviors.by(bob)))[0].answer

    assert answer["member"] == alice.uid
    assert behaviors.owners() == {"e-1": alice.pk}


def test_an_erased_member_is_nobody(alice):
    alice.state = "ERASED"
    alice.save(update_fields=["state"])
    Identity.objects.filter(member=alice).delete()

    send(told("e-1", member=behaviors.by(alice)))

    assert behaviors.owners() == {"e-1": None}


def test_a_batch_of_500_takes_as_many_statements_as_one_event(alice, bob):
    def statements(count, tag, **fields):
        events = [document(f"{tag}-{n}", member=PHONE, **fields) for n in range(count)]
        with CaptureQueriesContext(connection) as captured:
            behavior_events.record_batch(events=events, teller=behaviors.MINI, at=world.NOW)
        return sum(not one["sql"].startswith(("SAVEPOINT", "RELEASE")) for one in captured)

    # A process looks every few seconds what campaigns listen to.
    statements(1, "first")
    # Places and identities, the members' lock, who listens, the rows.
    assert statements(1, "a") == statements(500, "b") == 4
    # With visitors also their locks, and whom their events belong to.
    assert statements(1, "c", visitor="v") == statements(500, "d", visitor="w") == 6


def test_only_what_somebody_listens_to_is_told_as_an_event(alice):
    before = Event.objects.count()
    send(told("e-1", member=PHONE), told("e-2", member=PHONE, kind="like"))

    assert Event.objects.count() == before
