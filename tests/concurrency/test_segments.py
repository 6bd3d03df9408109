"""Two builds at once, a worker that is killed half-way, and members who leave while one writes;
tags and files of a segment while somebody changes it."""

import os
import signal
from datetime import timedelta

import pytest
from django.db import connection, connections, transaction

from analytics.models import SegmentBuild, SegmentFile, SegmentHit, SegmentMember, SegmentMove
from analytics.services import (
    segment_builds,
    segment_exports,
    segment_members,
    segment_overrides,
    segment_publishing,
)
from members.models import Job, Member, Tag
from members.registry import privacy
from members.services import jobs, profiling
from tests import world
from tests.analytics.segment_shop import EVERYBODY, bearers, build, define, inside
from tests.concurrency import processes
from tests.concurrency.processes import at_once
from tests.loyalty import till

NOW = till.NOW
MEMBERS = 12


@pytest.fixture
def members(shop, monkeypatch):
    monkeypatch.setattr(segment_builds, "PART", 3)
    return [till.register(f"1380013{number:04d}", when=NOW) for number in range(MEMBERS)]


_barrier = processes._context.Barrier(2)
_passed = processes._context.Event()
# Whoever must not pass is given so many seconds to do it.
SHORTLY = 0.3


def test_of_two_builds_at_once_the_newer_writes_and_the_other_nothing(members):
    made = define(condition=EVERYBODY)
    old = segment_builds.begin(segment_id=made.pk, at=NOW)

    def work(number):
        if number == 0:
            steps = segment_builds.building(build=old, at=NOW)
            next(steps)
            _barrier.wait(processes.SECONDS)
            _barrier.wait(processes.SECONDS)
            return list(steps)
        _barrier.wait(processes.SECONDS)
        new = segment_builds.begin(segment_id=made.pk, at=NOW + timedelta(seconds=1))
        _barrier.wait(processes.SECONDS)
        return list(segment_builds.building(build=new, at=NOW + timedelta(seconds=1)))

    overtaken, written = at_once(work, processes=2)

    assert overtaken == []
    assert written[-1] == MEMBERS
    new = SegmentBuild.objects.latest("pk")
    old.refresh_from_db()
    assert (old.state, new.state) == ("SUPERSEDED", "DONE")
    assert set(SegmentMove.objects.values_list("build_id", flat=True)) == {new.pk}
    assert inside(made) == {member.pk for member in members}
    assert not SegmentHit.objects.exists()


def test_who_objects_while_a_build_writes_is_out_whoever_comes_first(members):
    made = define(condition=EVERYBODY)
    going = segment_builds.begin(segment_id=made.pk, at=NOW)
    leaving = [member.pk for member in members[:6]]

    def work(number):
        if number == 0:
            return sum(segment_builds.building(build=going, at=NOW))
        for member_id in leaving:
            profiling.refuse(member_id=member_id, at=NOW)
        return 0

    at_once(work, processes=2)

    assert inside(made) == {member.pk for member in members[6:]}


def test_who_objects_while_a_hand_puts_them_in_is_out_and_neither_waits_for_the_other(members):
    made = define(condition={}, kind="STATIC")
    everybody = [member.pk for member in members]

    def work(number):
        for member_id in everybody[:4]:
            if number == 0:
                segment_overrides.put(
                    segment_id=made.pk, member_ids=everybody, is_included=True, at=NOW
                )
            else:
                profiling.refuse(member_id=member_id, at=NOW)

    at_once(work, processes=2)

    assert inside(made) == set(everybody[4:])


@pytest.mark.kill
def test_a_tag_that_another_segment_got_while_a_build_published_is_left_alone(members):
    """The first one's second look waits until the tag is the other one's."""
    made, other = define("made", EVERYBODY), define("other", EVERYBODY)
    tag = Tag.objects.create(code="vip", name_en="VIP")
    build(other, at=NOW)
    segment_publishing.publish(segment_id=made.pk, tag=tag, at=NOW)

    def work(number):
        if number == 0:
            with connection.execute_wrapper(_paused_before("DELETE FROM members_membertag")):
                return segment_members.publish(segment_id=made.pk, at=NOW)
        _barrier.wait(processes.SECONDS)
        segment_publishing.withdraw(segment_id=made.pk)
        segment_publishing.publish(segment_id=other.pk, tag=tag, at=NOW)
        return _passed.set()

    at_once(work, processes=2)

    assert set(bearers("vip")) == {member.pk for member in members}


def test_who_is_erased_while_a_file_is_made_is_not_in_it(members):
    made = define(condition=EVERYBODY)
    build(made, at=NOW)
    file = SegmentFile.objects.create(
        segment=made, columns=["phone"], requested_by=world.operator("maker"), approved_at=NOW
    )
    job = jobs.enqueue(kind=segment_exports.KIND, params={"file": file.pk}, at=NOW)
    erased, objecting, staying = members[:3]

    def work(number):
        if number == 0:
            # Their numbers are read by then.
            with connection.execute_wrapper(_paused_before("pg_advisory_xact_lock(")):
                return jobs.run(job_id=job.pk, clock=lambda: NOW)
        profiling.refuse(member_id=objecting.pk, at=NOW)
        with transaction.atomic():
            step = privacy.ERASURE_STEPS["analytics.segments"]
            step.run(privacy.Erasing(member_ids=(erased.pk,), actor_id=None, at=NOW))
            _barrier.wait(processes.SECONDS)
            Member.objects.filter(pk=erased.pk).update(state="ERASED")
        return None

    assert at_once(work, processes=2)[0] == "DONE"

    file.refresh_from_db()
    assert str(erased.uid) not in file.content
    assert str(objecting.uid) not in file.content
    assert str(staying.uid) in file.content
    assert file.members_count == MEMBERS - 2


@pytest.mark.kill
def test_a_killed_build_goes_on_where_it_was_and_finds_what_an_undisturbed_one_finds(members):
    made = define(condition=EVERYBODY)
    going = segment_builds.start(segment_id=made.pk, at=NOW)
    assert going.job_id is not None
    _killed_after_parts(going.job_id, 2)

    assert Job.objects.get(pk=going.job_id).state == "RUNNING"
    assert SegmentHit.objects.exists()
    assert not SegmentMember.objects.exists()
    later = NOW + timedelta(minutes=10)
    assert jobs.resume(at=later) == [going.job_id]
    assert jobs.run(job_id=going.job_id, clock=lambda: later) == "DONE"

    job = Job.objects.get(pk=going.job_id)
    assert job.result == {"members": MEMBERS, "entered": MEMBERS, "left": 0}
    assert inside(made) == set(Member.objects.values_list("pk", flat=True))
    assert not SegmentHit.objects.exists()


@pytest.mark.kill
def test_a_worker_that_lost_its_job_writes_nothing(members):
    made = define(condition=EVERYBODY)
    going = segment_builds.start(segment_id=made.pk, at=NOW)
    lost = jobs._claim(going.job_id, NOW)
    jobs.resume(at=NOW + timedelta(minutes=10))
    later = NOW + timedelta(minutes=11)
    assert jobs.run(job_id=going.job_id, clock=lambda: later) == "DONE"
    SegmentBuild.objects.update(state="RUNNING")

    with pytest.raises(jobs.JobLost), transaction.atomic():
        segment_builds.run(jobs.RunningJob(lost, lambda: later), later)

    assert SegmentMove.objects.count() == MEMBERS


def _paused_before(text):
    """Meets the other process before a statement with this text, and lets it go first if it can."""
    met = False

    def note(execute, sql, parameters, many, context):
        nonlocal met
        if text in sql and not met:
            met = True
            _barrier.wait(processes.SECONDS)
            _passed.wait(SHORTLY)
        return execute(sql, parameters, many, context)

    return note


def _killed_after_parts(job_id, count):
    """A worker that kills itself, as kill -9 does, within a part."""
    connections.close_all()
    child = os.fork()
    if child:
        assert os.waitpid(child, 0)[1] == signal.SIGKILL
        return
    done = 0

    def note(execute, sql, parameters, many, context):
        nonlocal done
        answer = execute(sql, parameters, many, context)
        # Ids of earlier tests are gone: their parts find nobody.
        if "INSERT INTO analytics_segmenthit" in sql and context["cursor"].rowcount:
            done += 1
            if done > count:
                # Written, and not committed.
                os.kill(os.getpid(), signal.SIGKILL)
        return answer

    try:
        with connection.execute_wrapper(note):
            jobs.run(job_id=job_id, clock=lambda: NOW)
    finally:
        os._exit(1)
