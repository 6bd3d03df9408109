"""Doors of the worker. The database is the truth: every task bears to be lost or repeated."""

from celery import shared_task
from django.utils import timezone

from members.services import (
    appointment_days,
    approvals,
    bell,
    dispatches,
    heartbeats,
    idempotency,
    jobs,
    nights,
    sms_codes,
)


@shared_task
def drain_dispatches() -> None:
    """Rung after a commit: handles what is due until nothing is."""
    bell.answered()
    while dispatches.drain(at=timezone.now()):
        pass


@shared_task
def sweep_dispatches() -> None:
    """By beat: finds what a lost ring left, and what waited for its next attempt."""
    drain_dispatches()


@shared_task
def beat_heartbeat() -> None:
    """Sent by beat and run by a worker, so it shows that both live."""
    heartbeats.beat(names=(heartbeats.WORKER, heartbeats.BEAT), at=timezone.now())


@shared_task
def run_job(job_id: int) -> None:
    jobs.run(job_id=job_id, clock=timezone.now)


@shared_task
def resume_jobs() -> None:
    """By beat: queues again what lost its worker or its bell."""
    jobs.resume(at=timezone.now())


@shared_task
def forget_idempotency_keys() -> None:
    """By beat, nightly: answers are kept seven days."""
    idempotency.forget_old(at=timezone.now())


@shared_task
def send_codes() -> None:
    """Rung when a code was asked for, and by beat: hands codes over until none is due."""
    while sms_codes.send_due(at=timezone.now()):
        pass


@shared_task
def keep_appointments() -> None:
    """By beat: reminds of what is near, and marks who didn't come."""
    at = timezone.now()
    appointment_days.remind(at=at)
    appointment_days.mark_missed(at=at)


@shared_task
def run_night() -> None:
    """By beat, after midnight."""
    nights.run(at=timezone.now(), clock=timezone.now)


@shared_task
def expire_approvals() -> None:
    """By beat: what lapsed says so in the lists; deciding it is refused at its instant anyway."""
    approvals.expire(at=timezone.now())
