"""Behavior events age, move with a merge and back, go with an erasure, and can be taken along."""

from datetime import timedelta

import pytest

from members.models import BehaviorEvent, LegalHold, MemberMerge
from members.registry import privacy
from members.services import behavior_event_privacy, merge_undos, merges
from members.services.merges import Merge
from tests import world
from tests.members import behaviors
from tests.members.behaviors import PHONE, minutes_ago, owners, send, told

pytestmark = pytest.mark.django_db
CATEGORY = "behavior_events"


def test_what_is_too_old_goes_in_chunks_and_a_hold_keeps_it(alice, bob):
    at = {ago: world.NOW - timedelta(days=ago) for ago in (399, 300, 100, 5)}
    send(
        *(told(f"a-{ago}", member=PHONE, occurred_at=when) for ago, when in at.items()),
        told("b-399", member=behaviors.by(bob), occurred_at=at[399]),
        told("v-399", visitor="v-1", occurred_at=at[399]),
    )
    dpo = world.operator("dpo")
    LegalHold.objects.create(member=bob, reason="court", placed_at=world.NOW, placed_by=dpo)
    category, before = privacy.RETENTION[CATEGORY], world.NOW - timedelta(days=60)

    assert (category.default_days, category.minimum_days, category.count(before)) == (400, 30, 4)
    assert [category.remove(before, 3) for _ in range(3)] == [3, 1, 0]
    assert set(owners()) == {"a-5", "b-399"}


def test_a_merge_moves_events_and_its_undo_gives_them_back(alice, bob):
    send(told("a-1", member=PHONE), told("b-1", member=behaviors.by(bob), visitor="v-1"))
    send(told("b-0", visitor="v-1", occurred_at=minutes_ago(70)))

    merges.merge(survivor_id=alice.pk, retired_id=bob.pk, at=world.NOW)
    assert set(owners().values()) == {alice.pk}

    send(told("b-2", member=behaviors.by(bob)))
    merge_undos.undo(merge_id=MemberMerge.objects.get().pk, at=world.NOW)
    # What came in between stays with the survivor.
    assert owners() == {"a-1": alice.pk, "b-0": bob.pk, "b-1": bob.pk, "b-2": alice.pk}


def test_a_merge_of_too_many_events_says_that_it_can_not_be_undone(alice, bob, monkeypatch):
    monkeypatch.setattr(behavior_event_privacy, "MOST_GIVEN_BACK", 1)
    send(told("b-1", member=behaviors.by(bob)), told("b-2", member=behaviors.by(bob)))
    done = Merge(survivor_id=alice.pk, retired_id=bob.pk, actor_id=None, at=world.NOW)

    moved = behavior_event_privacy.move(done)

    assert moved == {"count": 2, "ids": []}
    assert behavior_event_privacy.obstacle(done, moved) == "too_many_events"


def test_an_erasure_takes_the_member_s_events_and_those_of_their_visitors(alice, bob):
    send(
        told("a-1", member=PHONE, visitor="v-1"),
        told("before", visitor="v-1", occurred_at=minutes_ago(90)),
        told("after", visitor="v-1", occurred_at=minutes_ago(1)),
        told("other", visitor="v-2"),
        told("b-1", member=behaviors.by(bob), visitor="v-3"),
    )
    erasing = privacy.Erasing(member_ids=(alice.pk,), actor_id=None, at=world.NOW)
    step = privacy.ERASURE_STEPS["members.behavior_events"]

    assert step.run(erasing) == {"members_behaviorevent": 3}
    assert step.run(erasing) == {"members_behaviorevent": 0}
    assert owners() == {"other": None, "b-1": bob.pk}


def test_a_member_takes_their_events_along(alice, bob):
    send(
        told("a-2", member=PHONE, store="SH01", dwell_seconds=9),
        told("a-1", member=PHONE, kind="search", object=None, occurred_at=minutes_ago(90),
             attributes={"query": "cream"}),
        told("b-1", member=behaviors.by(bob)),
    )  # fmt: skip
    section = privacy.EXPORT_SECTIONS["members.behavior_events"]

    rows = list(section.rows([alice.pk], world.NOW))

    assert [tuple(row) for row in rows] == [section.columns] * 2
    assert [(row["kind"], row["store"], row["attributes"]) for row in rows] == [
        ("search", "", {"query": "cream"}),
        ("product_view", "SH01", {}),
    ]


def test_an_event_of_an_erased_visitor_that_comes_again_is_nobody_s(alice):
    sent = told("a-1", member=PHONE, visitor="v-1")
    send(sent)
    BehaviorEvent.objects.all().delete()
    alice.identities.all().delete()

    send(sent)

    assert owners() == {"a-1": None}
