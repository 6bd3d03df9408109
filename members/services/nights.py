"""The nightly run: the steps that apps registered, in their documented order, as a visible job.

Nothing depends on it for being right: every read settles by itself. Run twice, or by two workers
at once, it does no harm; after days of standstill it catches up; a worker that is killed loses
the chunk at hand, and the sweep of jobs lets another one go on.
"""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime

import structlog
from django.db import connection

from members.models import Job
from members.registry import panels
from members.services import jobs
from members.services.jobs import RunningJob

logger = structlog.get_logger(__name__)
KIND = "members.night"
# Any number, the same in every process. The lock is the session's, so it outlives the commits of
# the chunks and ends with the connection, however that ends.
_LOCK = 7_302_611_094


class NightFailed(Exception):
    """A step broke; the job says where. What was done before it stays done."""


def run(*, at: datetime, clock: Callable[[], datetime] | None = None) -> dict[str, int] | None:
    """How many rows each step touched; None when another worker is at it. `clock` gives the time
    of each sign of life.

    Raises: NightFailed.
    """
    with _alone() as is_alone:
        if not is_alone:
            return None
        job = Job.objects.create(kind=KIND, params={"at": at.isoformat()}, created_at=at)
        state = jobs.run(job_id=job.pk, clock=clock or (lambda: at))
        job.refresh_from_db()
        if state == Job.State.FAILED:
            raise NightFailed(job.message)
    return dict(job.result)


def steps(job: RunningJob, now: datetime) -> None:
    """What a job of this kind does. Goes on behind the last step that it finished; a step that
    was broken off finds what it did as done."""
    at = datetime.fromisoformat(job.params["at"])
    counts: dict[str, int] = dict(job.cursor.get("counts", {}))
    with _alone() as is_alone:
        for step in panels.night_steps() if is_alone else ():
            if step.code not in job.cursor.get("done", ()):
                _run(step, at, job, counts)
        job.result(**counts)


def _run(step: panels.NightStep, at: datetime, job: RunningJob, counts: dict[str, int]) -> None:
    done = list(job.cursor.get("done", ()))
    counts.setdefault(step.code, 0)
    for count in _chunks(step.run(at)):
        counts[step.code] += count
        job.progress(cursor={"done": done, "counts": counts}, done=count)
        job.go_on()
    job.progress(cursor={"done": [*done, step.code], "counts": counts}, done=0)
    job.result(**counts)
    logger.info("night_step", step=step.code, count=counts[step.code])


def _chunks(answer: int | Iterable[int]) -> Iterable[int]:
    return (answer,) if isinstance(answer, int) else answer


@contextmanager
def _alone() -> Iterator[bool]:
    """Whether this session is the only one at the night's work; may be asked again within."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s)", [_LOCK])
        is_alone: bool = cursor.fetchone()[0]
        try:
            yield is_alone
        finally:
            # A connection that broke has given the lock back already.
            if is_alone and connection.is_usable():
                cursor.execute("SELECT pg_advisory_unlock(%s)", [_LOCK])
