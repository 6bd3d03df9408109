"""The bell that wakes the worker. Losing a ring costs seconds, never a message: a sweep follows.

One ring at a time: a till that posts a thousand orders a second must not make a thousand tasks.
The drain clears the mark before it looks, so a commit after that rings anew.
"""

import os
import threading
import time

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
# A process rings at most so often; a message waits so much longer at most.
PAUSE_SECONDS = 0.1


def ring_on_commit() -> None:
    """Wakes the worker once when the present transaction commits, however often it is called."""
    connection = transaction.get_connection()
    if any(callback is ring for _, callback, _ in connection.run_on_commit):
        return
    transaction.on_commit(ring)


def ring() -> None:
    """Asks a worker to drain: at once, or, soon after another ring, a tenth of a second later.

    A broker that is asked at every order costs a fifth of the order's processor time.
    """
    if _pause.is_over():
        _ask()


def answered() -> None:
    """Called by a drain before it looks at the table: what commits from now on rings anew."""
    try:
        cache.delete(_MARK)
    except Exception as error:  # noqa: BLE001
        logger.warning("bell_unheard", error=type(error).__name__)


class _Pause:
    """Lets one ring through in `PAUSE_SECONDS`; the last of those held back follows at its end,
    so that no commit stays unheard."""

    def __init__(self) -> None:
        self.begin()

    def begin(self) -> None:
        self._lock = threading.Lock()
        self._rung_at = 0.0
        self._follows = False

    def is_over(self) -> bool:
        with self._lock:
            wait_seconds = self._rung_at + PAUSE_SECONDS - time.monotonic()
            if wait_seconds <= 0:
                self._rung_at = time.monotonic()
                return True
            if not self._follows:
                self._follows = True
                timer = threading.Timer(wait_seconds, self._follow)
                # A process that ends meanwhile loses this ring; the sweep finds what it was for.
                timer.daemon = True
                timer.start()
            return False

    def _follow(self) -> None:
        with self._lock:
            self._follows = False
            self._rung_at = time.monotonic()
        _ask()


_pause = _Pause()
# A forked process has neither the timer nor whoever held the lock.
os.register_at_fork(after_in_child=_pause.begin)


def _ask() -> None:
    try:
        if cache.add(_MARK, 1, timeout=_MARK_SECONDS):
            current_app.send_task(DRAIN, retry=False)
    except Exception as error:  # noqa: BLE001
        # The fact is committed: a broker that is down must not turn it into an error.
        logger.warning("bell_unheard", error=type(error).__name__)


def start_job_on_commit(job_id: int) -> None:
    """Asks a worker to run a job once it is committed; the sweep asks again if that is lost."""
    start_on_commit(RUN_JOB, job_id)


def start_on_commit(task: str, *arguments: int) -> None:
    """Asks a worker for a task, by name, once the present transaction commits; whatever it is to
    do is stored, so that a sweep finds it when the ring is lost."""
    transaction.on_commit(lambda: _start(task, arguments))


def _start(task: str, arguments: tuple[int, ...]) -> None:
    try:
        current_app.send_task(task, args=list(arguments), retry=False)
    except Exception as error:  # noqa: BLE001
        # What it is for is committed: a broker that is down must not turn it into an error.
        logger.warning("bell_unheard", error=type(error).__name__)
