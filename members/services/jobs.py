"""Long work: each chunk commits with its progress, so a killed worker loses at most one chunk."""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any

import structlog
from django.db import transaction
from django.db.models import F, QuerySet

from members.errors import AlreadyDecided, DomainError, NotFound
from members.ids import uuid7
from members.models import Job, JobError
from members.registry import panels
from members.services import bell, changes

logger = structlog.get_logger(__name__)

# Without a sign of life for so long, a job's worker is dead. Chunks must be shorter.
LOST_AFTER = timedelta(minutes=5)
# A queued job that nobody began by then lost its ring.
UNHEARD_AFTER = timedelta(seconds=60)
_State = Job.State


class JobLost(Exception):
    """Another worker has taken this job over: the chunk at hand must not be committed."""


class JobCanceled(Exception):
    """Somebody asked to stop; raised between chunks."""


class RunningJob:
    """What the function of a job kind gets: where to go on, and how to say how far it is."""

    def __init__(self, job: Job, clock: Callable[[], datetime]) -> None:
        self._job = job
        self._clock = clock
        self.id = job.pk
        self.params: dict[str, Any] = job.params
        self.cursor: dict[str, Any] = job.cursor
        self.requested_by_id = job.requested_by_id

    def instant(self) -> datetime:
        """The time of the chunk at hand: a long job's first instant is no longer the present."""
        return self._clock()

    def progress(self, *, cursor: Mapping[str, Any], done: int, total: int | None = None) -> None:
        """Call last in the transaction of a chunk: `cursor` is where the next one begins.

        Raises: JobLost, which undoes the chunk.
        """
        self.cursor = dict(cursor)
        values: dict[str, Any] = {"cursor": self.cursor, "done_count": F("done_count") + done}
        if total is not None:
            values["total_count"] = total
        self._touch(**values)

    def go_on(self) -> None:
        """Call before each chunk.

        Raises: JobCanceled, when somebody asked to stop; JobLost.
        """
        state = _mine(self._job).values_list("state", flat=True).first()
        if state is None:
            raise JobLost
        if state == _State.CANCELING:
            raise JobCanceled

    def error(self, *, row: int, code: str, message: str) -> None:
        """Notes what is wrong with one row, once, and goes on. No personal data in `message`."""
        rows = [JobError(job_id=self.id, row=row, code=code, message=message)]
        JobError.objects.bulk_create(rows, ignore_conflicts=True)
        count = JobError.objects.filter(job_id=self.id).count()
        Job.objects.filter(pk=self.id).update(error_count=count)

    def result(self, **figures: Any) -> None:
        """What the job found, for the page that shows it."""
        self._touch(result=figures)

    def _touch(self, **values: Any) -> None:
        if not _mine(self._job).update(heartbeat_at=self._clock(), **values):
            raise JobLost


def enqueue(
    *,
    kind: str,
    params: dict[str, Any],
    at: datetime,
    requested_by_id: int | None = None,
    total: int | None = None,
) -> Job:
    """The queued job; a worker begins once the caller's transaction commits.

    Raises: KeyError, for a kind that nobody registered.
    """
    panels.JOB_KINDS[kind]
    job = Job.objects.create(
        kind=kind,
        params=params,
        requested_by_id=requested_by_id,
        total_count=total,
        created_at=at,
    )
    bell.start_job_on_commit(job.pk)
    return job


def take_up(*, kind: str, params: dict[str, Any], at: datetime) -> Job:
    """The job of this kind with these parameters, for a command that runs it itself: a new one,
    one that is done, or else the earlier one, queued again where it stopped.

    Nobody is rung. Whoever still runs it loses it: their next chunk isn't committed.
    """
    with transaction.atomic():
        found = Job.objects.select_for_update().filter(kind=kind, params=params).first()
        if found is None:
            return Job.objects.create(kind=kind, params=params, created_at=at)
        if found.state != _State.DONE:
            found.state, found.claim, found.message = _State.QUEUED, None, ""
            found.created_at = at
            found.finished_at = None
            found.save(update_fields=["state", "claim", "message", "created_at", "finished_at"])
    return found


def run(*, job_id: int, clock: Callable[[], datetime]) -> str | None:
    """The state that the job ended in; None if it wasn't waiting (a second ring does nothing).

    `clock` gives the time of each sign of life.
    """
    job = _claim(job_id, clock())
    if job is None:
        return None
    try:
        with changes.coming_from(_origin(job)):
            panels.JOB_KINDS[job.kind](RunningJob(job, clock), clock())
    except JobLost:
        return None
    except JobCanceled:
        return _finish(job, _State.CANCELED, clock())
    except DomainError as refusal:
        return _finish(job, _State.FAILED, clock(), str(refusal))
    except Exception as error:
        logger.exception("job_failed", job_id=job_id, kind=job.kind)
        # The text of a stranger's error may quote a row.
        return _finish(job, _State.FAILED, clock(), type(error).__name__)
    return _finish(job, _State.DONE, clock())


def _origin(job: Job) -> changes.Origin:
    """What the job changes, it does for who asked for it."""
    person = changes.Person(actor_id=job.requested_by_id)
    return changes.Origin(place=f"job {job.kind} {job.pk}", who=lambda: person)


def cancel(*, job_id: int, at: datetime) -> Job:
    """The job, canceled if it had not begun, else stopping after the chunk at hand.

    Raises: NotFound; AlreadyDecided, if it has ended.
    """
    with transaction.atomic():
        job = Job.objects.select_for_update().filter(pk=job_id).first()
        if job is None:
            raise NotFound
        if job.state == _State.QUEUED:
            job.state, job.finished_at = _State.CANCELED, at
        elif job.state == _State.RUNNING:
            job.state = _State.CANCELING
        elif job.state != _State.CANCELING:
            raise AlreadyDecided
        job.save(update_fields=["state", "finished_at"])
    return job


def resume(*, at: datetime) -> list[int]:
    """Ids of the jobs that were rung for again: their worker died, or their ring was lost."""
    silent = Job.objects.filter(heartbeat_at__lt=at - LOST_AFTER)
    silent.filter(state=_State.CANCELING).update(state=_State.CANCELED, claim=None, finished_at=at)
    silent.filter(state=_State.RUNNING).update(state=_State.QUEUED, claim=None)
    waiting = Job.objects.filter(state=_State.QUEUED, created_at__lt=at - UNHEARD_AFTER)
    job_ids = list(waiting.order_by("pk").values_list("pk", flat=True))
    for job_id in job_ids:
        bell.start_job_on_commit(job_id)
    return job_ids


def _claim(job_id: int, now: datetime) -> Job | None:
    with transaction.atomic():
        job = Job.objects.select_for_update().filter(pk=job_id, state=_State.QUEUED).first()
        if job is None:
            return None
        job.state = _State.RUNNING
        job.started_at = job.started_at or now
        job.heartbeat_at = now
        job.claim = uuid7()
        job.save(update_fields=["state", "started_at", "heartbeat_at", "claim"])
    return job


def _mine(job: Job) -> QuerySet[Job]:
    """The row, unless another worker has taken it over."""
    return Job.objects.filter(pk=job.pk, claim=job.claim)


def _finish(job: Job, state: str, now: datetime, message: str = "") -> str | None:
    done = _mine(job).update(state=state, claim=None, finished_at=now, message=message)
    return state if done else None
