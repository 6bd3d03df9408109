"""Long work commits chunk by chunk with its progress, stops when asked, and survives its worker."""

from datetime import timedelta

import pytest
from django.db import transaction

from members.errors import AlreadyDecided, DomainError
from members.models import Job, JobError, Tag
from members.registry import panels
from members.services import jobs
from tests import world

pytestmark = pytest.mark.django_db
KIND = "tests.count"


class Clock:
    """A second passes each time somebody looks."""

    def __init__(self):
        self.now = world.NOW

    def __call__(self):
        self.now += timedelta(seconds=1)
        return self.now


class Killed(BaseException):
    """As a kill: nothing of ours catches it."""


class Work:
    """Makes a tag per number, two numbers a chunk; `before` happens before a chunk commits."""

    def __init__(self):
        self.before = {}

    def __call__(self, job, at):
        total = job.params["total"]
        while (begin := job.cursor.get("next", 0)) < total:
            job.go_on()
            chunk = range(begin, min(begin + 2, total))
            with transaction.atomic():
                Tag.objects.bulk_create([Tag(code=f"done-{number}") for number in chunk])
                job.progress(cursor={"next": chunk.stop}, done=len(chunk), total=total)
                self.before.pop(begin, lambda: None)()
        job.result(made=total)


@pytest.fixture
def work(monkeypatch):
    work = Work()
    monkeypatch.setitem(panels.JOB_KINDS, KIND, work)
    return work


def queued(total=6):
    return jobs.enqueue(kind=KIND, params={"total": total}, at=world.NOW)


def fresh(job):
    return Job.objects.get(pk=job.pk)


def test_a_job_counts_to_its_end(work):
    job = queued()

    assert jobs.run(job_id=job.pk, clock=Clock()) == "DONE"

    job = fresh(job)
    assert (job.done_count, job.total_count, job.progress_percent) == (6, 6, 100)
    assert (job.cursor, job.result) == ({"next": 6}, {"made": 6})
    assert Tag.objects.count() == 6


def test_a_second_ring_does_nothing(work):
    job = queued()
    jobs.run(job_id=job.pk, clock=Clock())

    assert jobs.run(job_id=job.pk, clock=Clock()) is None
    assert Tag.objects.count() == 6


def test_an_unknown_kind_is_refused(work):
    with pytest.raises(KeyError):
        jobs.enqueue(kind="tests.unknown", params={}, at=world.NOW)
    assert not Job.objects.exists()


def test_a_killed_job_goes_on_where_it_was(work):
    job = queued()

    def kill():
        raise Killed

    work.before[2] = kill
    with pytest.raises(Killed):
        jobs.run(job_id=job.pk, clock=Clock())
    assert (fresh(job).state, fresh(job).cursor) == ("RUNNING", {"next": 2})
    assert Tag.objects.count() == 2

    soon = fresh(job).heartbeat_at + jobs.LOST_AFTER
    assert jobs.resume(at=soon) == []
    assert jobs.resume(at=soon + timedelta(seconds=1)) == [job.pk]
    assert jobs.run(job_id=job.pk, clock=Clock()) == "DONE"

    assert (fresh(job).done_count, Tag.objects.count()) == (6, 6)


def test_a_worker_that_was_thought_dead_stops_without_a_trace(work):
    job = queued()

    def taken_over():
        jobs.resume(at=world.NOW + timedelta(hours=1))
        Job.objects.filter(pk=job.pk).update(state="RUNNING", claim=job.uid)

    work.before[2] = taken_over

    assert jobs.run(job_id=job.pk, clock=Clock()) is None

    assert (fresh(job).state, fresh(job).claim) == ("RUNNING", job.uid)


def test_a_running_job_stops_after_its_chunk_when_asked(work):
    job = queued()
    work.before[2] = lambda: jobs.cancel(job_id=job.pk, at=world.NOW)

    assert jobs.run(job_id=job.pk, clock=Clock()) == "CANCELED"

    assert (fresh(job).done_count, Tag.objects.count()) == (4, 4)


def test_a_waiting_job_is_canceled_at_once_and_an_ended_one_never(work):
    waiting, ended = queued(), queued()
    jobs.run(job_id=ended.pk, clock=Clock())

    assert jobs.cancel(job_id=waiting.pk, at=world.NOW).state == "CANCELED"
    with pytest.raises(AlreadyDecided):
        jobs.cancel(job_id=ended.pk, at=world.NOW)

    assert fresh(ended).state == "DONE"


def test_a_job_that_was_asked_to_stop_and_lost_its_worker_is_canceled(work):
    job = queued()
    Job.objects.filter(pk=job.pk).update(state="CANCELING", heartbeat_at=world.NOW)

    jobs.resume(at=world.NOW + timedelta(hours=1))

    assert fresh(job).state == "CANCELED"


def test_a_job_whose_ring_was_lost_is_rung_for_again(work):
    job = queued()

    assert jobs.resume(at=world.NOW + jobs.UNHEARD_AFTER) == []
    assert jobs.resume(at=world.NOW + jobs.UNHEARD_AFTER + timedelta(seconds=1)) == [job.pk]


def test_rows_with_errors_are_noted_once_and_the_job_goes_on(monkeypatch):
    def check(job, at):
        for row in (3, 7, 3):
            job.error(row=row, code="no_phone", message="The phone is missing.")

    monkeypatch.setitem(panels.JOB_KINDS, KIND, check)
    job = queued()

    assert jobs.run(job_id=job.pk, clock=Clock()) == "DONE"

    assert fresh(job).error_count == 2
    assert list(JobError.objects.order_by("row").values_list("row", flat=True)) == [3, 7]


def test_a_broken_job_fails_and_tells_only_the_kind_of_error(monkeypatch):
    def broken(job, at):
        raise ValueError("13800138000")

    monkeypatch.setitem(panels.JOB_KINDS, KIND, broken)
    job = queued()

    assert jobs.run(job_id=job.pk, clock=Clock()) == "FAILED"
    assert fresh(job).message == "ValueError"


def test_a_job_that_refuses_says_why(monkeypatch):
    def refuse(job, at):
        raise DomainError("The file has no header.")

    monkeypatch.setitem(panels.JOB_KINDS, KIND, refuse)
    job = queued()

    assert jobs.run(job_id=job.pk, clock=Clock()) == "FAILED"
    assert fresh(job).message == "The file has no header."
