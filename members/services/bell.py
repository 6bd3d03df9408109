"""The bell that wakes the worker. Losing a ring costs seconds, never a message: a sweep follows.

One ring at a time: a till that posts a thousand orders a second must not make a thousand tasks.
The drain clears the mark before it looks, so a commit after that rings anew.
"""

import structlog
from celery import current_app
from django.core.cache import cache
from django.db import transaction

logger = structlog.get_logger(__name__)

DRAIN = "members.tasks.drain_dispatches"
RUN_JOB = "members.tasks.run_job"
_MARK = "dispatch-bell"
# How long a ring that no worker answered keeps others quiet.
_MARK_SECONDS = 10


def ring_on_commit() -> None:
    """Wakes the worker once when the present transaction commits, however often it is called."""
    connection = transaction.get_connection()
    if any(callback is ring for _, callback, _ in connection.run_on_commit):
        return
    transaction.on_commit(ring)


def ring() -> None:
    """Asks a worker to drain, unless one has been asked and has not begun."""
    try:
        if cache.add(_MARK, 1, timeout=_MARK_SECONDS):
            current_app.send_task(DRAIN, retry=False)
    except Exception as error:  # noqa: BLE001
        # The fact is committed: a broker that is down must not turn it into an error.
        logger.warning("bell_unheard", error=type(error).__name__)


def answered() -> None:
    """Called by a drain before it looks at the table: what commits from now on rings anew."""
    try:
        cache.delete(_MARK)
    except Exception as error:  # noqa: BLE001
        logger.warning("bell_unheard", error=type(error).__name__)


def start_job_on_commit(job_id: int) -> None:
    """Asks a worker to run a job once it is committed; the sweep asks again if that is lost."""
    transaction.on_commit(lambda: _start_job(job_id))


def _start_job(job_id: int) -> None:
    try:
        current_app.send_task(RUN_JOB, args=[job_id], retry=False)
    except Exception as error:  # noqa: BLE001
        logger.warning("bell_unheard", error=type(error).__name__)
