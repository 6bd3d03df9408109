"""Builds: who came and who left, what overtakes them, and what a stop leaves behind."""

from datetime import timedelta

import pytest
from django.db import connection

from analytics.models import Segment, SegmentBuild, SegmentHit
from analytics.services import (
    segment_builds,
    segment_overrides,
    segment_publishing,
    segment_refreshes,
    segments,
)
from members.models import Job, Member, Tag, TagRule
from members.services import jobs, tag_rules, tags
from tests import world
from tests.analytics.segment_shop import (
    EVERYBODY,
    FEMALE,
    NOW,
    asks,
    bearers,
    bears,
    build,
    define,
    draft,
    inside,
    moves,
)

pytestmark = pytest.mark.django_db
_State = SegmentBuild.State


@pytest.fixture
def alice(shop):
    return world.register(world.ALICE)


@pytest.fixture
def bob(shop):
    return world.register(world.BOB)


def test_a_build_tells_who_came_and_who_left(alice, bob):
    made = define()
    first = build(made)
    assert (first.members_count, first.entered_count, first.left_count) == (1, 1, 0)
    assert (inside(made), moves(first)) == ({alice.pk}, {alice.pk: True})

    Member.objects.filter(pk=alice.pk).update(gender="MALE")
    Member.objects.filter(pk=bob.pk).update(gender="FEMALE")
    later = NOW + timedelta(days=1)
    second = build(made, at=later)

    assert moves(second) == {alice.pk: False, bob.pk: True}
    assert (made.build_id, made.built_at, made.members_count) == (second.pk, later, 1)
    again = build(made, at=later)
    assert (again.entered_count, again.left_count, moves(again)) == (0, 0, {})
    assert not SegmentHit.objects.exists()


def test_a_newer_build_overtakes_and_the_one_before_writes_nothing(alice):
    made = define()
    old = segment_builds.start(segment_id=made.pk, at=NOW)
    new = segment_builds.start(segment_id=made.pk, at=NOW + timedelta(minutes=1))

    assert jobs.run(job_id=old.job_id, clock=lambda: NOW) == Job.State.DONE
    old.refresh_from_db()
    old.job.refresh_from_db()
    assert (old.state, old.job.result) == (_State.SUPERSEDED, {"state": "SUPERSEDED"})
    assert inside(made) == set()

    jobs.run(job_id=new.job_id, clock=lambda: NOW)
    assert inside(made) == {alice.pk}
    assert moves(old) == {}


def test_another_version_overtakes_a_build_between_its_parts(alice, bob, monkeypatch):
    monkeypatch.setattr(segment_builds, "PART", alice.pk)
    made = define()
    going = segment_builds.begin(segment_id=made.pk, at=NOW)
    steps = segment_builds.building(build=going, at=NOW)
    assert next(steps) == 0
    assert SegmentHit.objects.count() == 1

    segments.change(segment_id=made.pk, version=1, draft=draft(condition=EVERYBODY), at=NOW)

    assert list(steps) == []
    assert inside(made) == set()
    assert not SegmentHit.objects.exists()
    going.refresh_from_db()
    assert going.state == _State.SUPERSEDED


def test_a_canceled_build_writes_nothing(alice):
    made = define()
    going = segment_builds.start(segment_id=made.pk, at=NOW)
    assert going.job_id is not None
    Job.objects.filter(pk=going.job_id).update(state="QUEUED")
    job = jobs._claim(going.job_id, NOW)
    jobs.cancel(job_id=job.pk, at=NOW)
    with pytest.raises(jobs.JobCanceled):
        segment_builds.run(jobs.RunningJob(job, lambda: NOW), NOW)

    going.refresh_from_db()
    assert going.state == _State.CANCELED
    assert inside(made) == set()


def test_a_build_that_breaks_has_failed_and_says_what_kind_of_thing_broke(alice):
    made = define()
    going = segment_builds.start(segment_id=made.pk, at=NOW)

    def breaks(execute, sql, params, many, context):
        if "INSERT INTO analytics_segmenthit" in sql:
            raise ConnectionError("13800138000")
        return execute(sql, params, many, context)

    with connection.execute_wrapper(breaks):
        assert jobs.run(job_id=going.job_id, clock=lambda: NOW) == Job.State.FAILED

    going.refresh_from_db()
    assert (going.state, going.message) == (_State.FAILED, "ConnectionError")


def test_a_build_that_nobody_makes_any_more_ends_as_its_job_did(alice):
    """The worker died, and somebody stopped the build; a night that made one died, too."""
    made = define(refresh="BY_HAND")
    going = segment_builds.start(segment_id=made.pk, at=NOW)
    jobs._claim(going.job_id, NOW)
    SegmentHit.objects.create(build=going, member=alice)
    segment_builds.stop(segment_id=made.pk, at=NOW)
    jobs.resume(at=NOW + timedelta(minutes=10))
    of_night = segment_builds.begin(segment_id=define("other").pk, at=NOW)

    assert segment_builds.close_dead(at=NOW + timedelta(hours=1)) == 1
    assert segment_builds.close_dead(at=NOW + timedelta(days=2)) == 1

    going.refresh_from_db()
    of_night.refresh_from_db()
    assert (going.state, of_night.state) == (_State.CANCELED, _State.FAILED)
    assert not SegmentHit.objects.exists()


def test_the_more_is_compared_the_fewer_are_judged_at_a_time(alice, bob):
    many = {"any": [FEMALE] * 100}
    made = segment_builds.begin(segment_id=define("many", many).pk, at=NOW)
    few = segment_builds.begin(segment_id=define().pk, at=NOW)

    assert (segment_builds._part(made), segment_builds._part(few)) == (7_692, 100_000)


def test_a_build_goes_on_in_parts_and_finds_what_one_part_finds(alice, bob, monkeypatch):
    monkeypatch.setattr(segment_builds, "PART", 1)
    made = define(condition=EVERYBODY)

    assert build(made).members_count == 2
    job = Job.objects.get(kind=segment_builds.KIND)
    assert job.progress_percent == 100
    assert job.result == {"members": 2, "entered": 2, "left": 0}


def test_a_condition_that_can_not_be_read_any_more_fails_and_changes_nothing(alice):
    made = define()
    build(made)
    Segment.objects.update(condition={"field": "member.gone", "op": "eq", "value": 1})

    going = segment_builds.start(segment_id=made.pk, at=NOW)
    assert jobs.run(job_id=going.job_id, clock=lambda: NOW) == Job.State.FAILED
    going.refresh_from_db()
    assert going.state == _State.FAILED
    assert "member.gone" in going.message
    assert inside(made) == {alice.pk}


def test_the_night_builds_each_segment_behind_what_it_is_made_of(alice, bob):
    """`a` asks for `z`, by the tag of a rule that asks for it, and by the tag that it is."""
    z = define("z", FEMALE)
    vip, gold = (Tag.objects.create(code=code) for code in ("vip", "gold"))
    segment_publishing.publish(segment_id=z.pk, tag=gold, at=NOW)
    tag_rules.define(rule=TagRule(tag=vip, condition=asks("z")))
    a = define("a", {"all": [asks("z"), bears("vip"), bears("gold")]})
    by_hand = define("hand", FEMALE, refresh="BY_HAND")

    assert sum(segment_refreshes.nightly(at=NOW)) == 3

    assert inside(a) == inside(z) == {alice.pk}
    assert bearers("vip") == {alice.pk: "RULE"}
    assert inside(by_hand) == set()
    assert sum(segment_refreshes.nightly(at=NOW)) == 0


def test_the_hour_builds_what_is_hourly_and_overtakes_nothing_that_lives(alice):
    made, nightly = define(refresh="HOURLY"), define("nightly", FEMALE)
    going = segment_builds.begin(segment_id=made.pk, at=NOW)
    SegmentBuild.objects.update(state="RUNNING", heartbeat_at=NOW)
    assert sum(segment_refreshes.hourly(at=NOW + timedelta(minutes=9))) == 0
    going.refresh_from_db()
    assert going.state == _State.RUNNING

    assert sum(segment_refreshes.hourly(at=NOW + timedelta(minutes=11))) == 1
    assert (inside(made), inside(nightly)) == ({alice.pk}, set())


def test_hands_put_in_and_keep_out_whatever_the_condition_says(alice, bob):
    made = define()
    build(made)

    segment_overrides.put(segment_id=made.pk, member_ids=[bob.pk], is_included=True, at=NOW)
    moved = segment_overrides.put(
        segment_id=made.pk, member_ids=[alice.pk], is_included=False, at=NOW
    )

    assert (moved.entered, moved.left) == (0, 1)
    assert inside(made) == {bob.pk}
    build(made)
    assert inside(made) == {bob.pk}
    made.refresh_from_db()
    assert made.members_count == 1
    segment_overrides.clear(segment_id=made.pk, member_ids=[alice.pk, bob.pk])
    build(made)
    assert inside(made) == {alice.pk}


def test_a_list_of_ids_is_taken_whole_or_not_at_all(alice, bob):
    made = define(condition={}, kind="STATIC")
    with pytest.raises(segment_builds.NothingToBuild):
        segment_builds.start(segment_id=made.pk, at=NOW)

    with pytest.raises(segment_overrides.UnknownMembers) as told:
        segment_overrides.upload(
            segment_id=made.pk,
            ids=[alice.card_number, "nobody", str(bob.uid), "x"],
            is_included=True,
            at=NOW,
        )
    assert told.value.details == {"rows": [2, 4], "count": 2}
    assert inside(made) == set()

    segment_overrides.upload(
        segment_id=made.pk, ids=[alice.card_number, str(bob.uid)], is_included=True, at=NOW
    )
    assert inside(made) == {alice.pk, bob.pk}


def test_a_static_segment_is_judged_once_a_version(alice, bob):
    made = define(kind="STATIC")
    segment_overrides.put(segment_id=made.pk, member_ids=[bob.pk], is_included=True, at=NOW)
    build(made)
    assert inside(made) == {alice.pk, bob.pk}

    with pytest.raises(segment_builds.BuiltAlready):
        segment_builds.start(segment_id=made.pk, at=NOW)
    segments.change(
        segment_id=made.pk, version=1, draft=draft(condition=EVERYBODY, kind="STATIC"), at=NOW
    )
    segment_builds.start(segment_id=made.pk, at=NOW)


def test_a_published_segment_gives_and_takes_only_its_own(alice, bob):
    vip = Tag.objects.create(code="vip", name_en="VIP")
    tags.give(members=[bob], code="vip", at=NOW)
    made = define()
    build(made)

    segment_publishing.publish(segment_id=made.pk, tag=vip, at=NOW)
    assert bearers("vip") == {alice.pk: "MODEL", bob.pk: "HAND"}

    Member.objects.filter(pk=alice.pk).update(gender="MALE")
    build(made)
    assert bearers("vip") == {bob.pk: "HAND"}

    Member.objects.update(gender="FEMALE")
    build(made)
    assert segment_publishing.withdraw(segment_id=made.pk) == 1
    assert bearers("vip") == {bob.pk: "HAND"}
