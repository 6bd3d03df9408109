"""Every event reaches every subscriber: batches, failures, back-off, death and return."""

from dataclasses import dataclass
from datetime import timedelta

import pytest
from django.db import connection

from members.models import AuditRecord, Dispatch, Event, Tag
from members.registry import subscriptions
from members.registry.facts import Fact
from members.selectors import dispatches as selectors
from members.services import dispatches, events
from tests import world
from tests.parallel import at_once

pytestmark = pytest.mark.django_db
SECOND = timedelta(seconds=1)


@dataclass(frozen=True, kw_only=True)
class Rang(Fact):
    """A fact of these tests alone."""

    type = "tests.bell.rang"
    number: int


class Listener:
    """A subscriber that notes what it heard as rows, so that a rollback takes them back."""

    def __init__(self):
        self.calls = []
        self.poison = set()

    def __call__(self, heard, at):
        numbers = [event.payload["number"] for event in heard]
        self.calls.append(numbers)
        Tag.objects.bulk_create([Tag(code=f"heard-{number}") for number in numbers])
        if self.poison.intersection(numbers):
            raise ValueError("the phone is 13800138000")

    @property
    def heard(self):
        codes = Tag.objects.order_by("pk").values_list("code", flat=True)
        return [int(code.removeprefix("heard-")) for code in codes]


@pytest.fixture
def listener(monkeypatch):
    monkeypatch.setattr(subscriptions, "_later", {})
    monkeypatch.setattr(subscriptions, "_at_once", {})
    listener = Listener()
    subscriptions.subscribe(event_type=Rang.type, subscriber="tests.listener", handler=listener)
    return listener


def ring(*numbers, at=world.NOW):
    return events.record_many(
        happenings=[
            events.Happening(fact=Rang(number=number), member_id=None, occurred_at=at)
            for number in numbers
        ],
        at=at,
    )


def test_an_event_and_its_dispatch_are_written_together(listener):
    (event,) = ring(1)

    assert Event.objects.get().payload == {"number": 1}
    dispatch = Dispatch.objects.get()
    assert (dispatch.event_id, dispatch.subscriber, dispatch.state) == (
        event.pk,
        "tests.listener",
        "PENDING",
    )


def test_a_drain_hands_over_a_batch_in_order_and_strikes_it_off(listener):
    ring(1, 2, 3)

    assert dispatches.drain(at=world.NOW) == 3

    assert (listener.calls, listener.heard) == ([[1, 2, 3]], [1, 2, 3])
    assert not Dispatch.objects.exists()
    assert dispatches.drain(at=world.NOW) == 0


def test_a_drain_takes_a_fixed_number_of_statements(listener, django_assert_max_num_queries):
    ring(*range(100))

    # Claim, events, what the listener writes, constraints, delete; and two savepoints.
    with django_assert_max_num_queries(12):
        dispatches.drain(at=world.NOW)

    assert len(listener.heard) == 100


def test_what_is_not_due_waits(listener):
    ring(1, at=world.NOW + SECOND)

    assert dispatches.drain(at=world.NOW) == 0
    assert dispatches.drain(at=world.NOW + SECOND) == 1


def test_one_bad_event_holds_up_no_other_and_leaves_nothing_behind(listener):
    listener.poison = {2}
    ring(1, 2, 3)

    assert dispatches.drain(at=world.NOW) == 3

    assert listener.calls == [[1, 2, 3], [1], [2], [3]]
    assert listener.heard == [1, 3]
    left = Dispatch.objects.get()
    assert (left.attempts, left.state) == (1, "PENDING")
    assert left.next_at == world.NOW + timedelta(seconds=10)


def test_the_kept_error_says_where_and_never_what(listener):
    listener.poison = {1}
    ring(1)

    dispatches.drain(at=world.NOW)

    error = Dispatch.objects.get().last_error
    assert error.startswith("ValueError at ")
    assert "test_dispatches.py" in error
    assert "13800138000" not in error


def test_waits_double_and_after_ten_attempts_it_is_dead(listener):
    listener.poison = {1}
    ring(1)
    now, waits = world.NOW, []
    for _ in range(dispatches.ATTEMPTS):
        assert dispatches.drain(at=now) == 1
        row = Dispatch.objects.get()
        waits.append((row.next_at - now).total_seconds())
        now = row.next_at

    assert waits == [10, 20, 40, 80, 160, 320, 640, 1280, 2560, 5120]
    assert (row.state, row.attempts) == ("DEAD", 10)
    assert dispatches.drain(at=now + timedelta(days=1)) == 0
    assert list(selectors.dead()) == [row]


def test_a_dead_one_that_is_driven_again_is_heard(listener):
    listener.poison = {1}
    ring(1)
    Dispatch.objects.update(attempts=9)
    dispatches.drain(at=world.NOW)
    dead = Dispatch.objects.get(state="DEAD")
    listener.poison = set()

    assert dispatches.redrive(dispatch_ids=[dead.pk], at=world.NOW, reason="mended") == 1
    assert dispatches.drain(at=world.NOW) == 1

    assert listener.heard == [1]
    assert AuditRecord.objects.get().details == {"count": 1}


def test_driving_again_leaves_those_that_wait_alone(listener):
    ring(1)
    waiting = Dispatch.objects.get()

    assert dispatches.redrive(dispatch_ids=[waiting.pk], at=world.NOW) == 0
    assert not AuditRecord.objects.exists()


def test_a_deferred_constraint_fails_the_event_and_not_the_batch(listener, alice_tagger):
    ring(1, 2)

    dispatches.drain(at=world.NOW)

    assert (listener.heard, Dispatch.objects.get().attempts) == ([1, 2], 1)


@pytest.fixture
def alice_tagger(listener):
    """Writes a foreign key to nobody, which PostgreSQL notices at the commit only."""

    def tag_nobody(heard, at):
        if any(event.payload["number"] == 2 for event in heard):
            with connection.cursor() as cursor:
                cursor.execute(
                    "INSERT INTO members_membertag (member_id, tag_id, created_at)"
                    " VALUES (-1, -1, now())"
                )

    subscriptions.subscribe(event_type=Rang.type, subscriber="tests.tagger", handler=tag_nobody)


def test_an_at_once_subscriber_runs_inside_and_settles(listener):
    settled = subscriptions.Settlement(refused=({"code": "x"},))
    subscriptions.subscribe_at_once(
        event_type=Rang.type,
        subscriber="tests.settler",
        handler=lambda heard, at: {heard[0].pk: settled},
    )

    first, second = ring(1, 2)

    assert (first.settlements, second.settlements) == ((settled,), ())


def test_the_lag_is_that_of_the_oldest_due_one(listener):
    ring(1, at=world.NOW)
    ring(2, at=world.NOW + 5 * SECOND)

    assert selectors.lag(at=world.NOW + 7 * SECOND) == 7 * SECOND
    assert selectors.counts() == {("tests.listener", "PENDING"): 2}
    dispatches.drain(at=world.NOW + 7 * SECOND)
    assert selectors.lag(at=world.NOW + 7 * SECOND) == timedelta(0)


@pytest.mark.django_db(transaction=True)
def test_eight_workers_at_once_hand_over_each_event_once(listener):
    ring(*range(200))

    def work():
        while dispatches.drain(at=world.NOW, limit=10):
            pass

    answers = at_once(*[work] * 8)

    assert answers == [None] * 8
    assert sorted(listener.heard) == list(range(200))
    assert not Dispatch.objects.exists()
