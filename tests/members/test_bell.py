"""The worker is woken once, however much there is to do, and nobody fails when it can't be."""

import threading
from datetime import timedelta

import pytest
import redis
from celery import current_app
from django.core.cache import cache
from django.db import transaction

from members import tasks
from members.models import Heartbeat, Job
from members.registry import panels
from members.services import bell, heartbeats, jobs
from tests import world

pytestmark = pytest.mark.django_db


@pytest.fixture
def rung(settings, empty_cache, monkeypatch):
    """Names of the tasks that wait at the broker; the queue is this process's own."""
    server = redis.Redis.from_url(settings.REDIS_URL)
    current_app.conf.broker_url = settings.REDIS_URL
    server.delete("celery")

    monkeypatch.setattr(bell, "PAUSE_SECONDS", 0.0)

    def waiting():
        return server.llen("celery")

    yield waiting
    server.delete("celery")


def test_a_transaction_rings_once_and_only_when_it_commits(
    rung, django_capture_on_commit_callbacks
):
    with django_capture_on_commit_callbacks(execute=True) as callbacks:
        for _ in range(10):
            bell.ring_on_commit()
        assert rung() == 0

    assert len(callbacks) == 1
    assert rung() == 1


def test_what_rolls_back_rings_nobody(rung, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True) as callbacks:
        try:
            with transaction.atomic():
                bell.ring_on_commit()
                raise LookupError
        except LookupError:
            pass

    assert (callbacks, rung()) == ([], 0)


def test_a_thousand_rings_before_the_worker_looks_are_one_task(rung):
    for _ in range(1_000):
        bell.ring()

    assert rung() == 1


def test_a_ring_after_the_worker_began_to_look_is_a_task_of_its_own(rung):
    bell.ring()
    bell.answered()
    bell.ring()

    assert rung() == 2


def test_of_many_rings_in_a_tenth_of_a_second_the_first_and_the_last_are_heard(monkeypatch):
    heard: list[int] = []
    all_heard = threading.Event()

    def hear():
        heard.append(len(heard) + 1)
        if len(heard) == 2:
            all_heard.set()

    monkeypatch.setattr(bell, "_pause", bell._Pause())
    monkeypatch.setattr(bell, "_ask", hear)

    for _ in range(1_000):
        bell.ring()

    assert heard == [1]
    assert all_heard.wait(timeout=30)
    assert heard == [1, 2]


def test_without_a_broker_a_ring_is_lost_and_nothing_breaks(monkeypatch):
    def away(*_arguments, **_options):
        raise ConnectionError

    monkeypatch.setattr(cache, "add", away)
    monkeypatch.setattr(cache, "delete", away)

    bell.ring()
    bell.answered()


def test_a_job_is_rung_for_when_it_is_committed(
    rung, monkeypatch, django_capture_on_commit_callbacks
):
    monkeypatch.setitem(panels.JOB_KINDS, "tests.nothing", lambda job, at: None)

    with django_capture_on_commit_callbacks(execute=True):
        job = jobs.enqueue(kind="tests.nothing", params={}, at=world.NOW)
        assert rung() == 0

    assert rung() == 1
    tasks.run_job(job.pk)
    assert Job.objects.get().state == "DONE"


def test_signs_of_life_are_kept_once_per_name():
    later = world.NOW + timedelta(seconds=30)
    heartbeats.beat(names=("worker", "beat"), at=world.NOW)
    heartbeats.beat(names=("worker",), at=later)

    assert dict(Heartbeat.objects.values_list("name", "seen_at")) == {
        "worker": later,
        "beat": world.NOW,
    }


def test_the_heartbeat_task_shows_worker_and_beat(db):
    tasks.beat_heartbeat()

    assert set(Heartbeat.objects.values_list("name", flat=True)) == {"worker", "beat"}
