"""Processes that work on jobs side by side. Only the standard library may be imported here:
a spawned process reads this file before Django is ready.
"""

import multiprocessing
import signal
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from multiprocessing.process import BaseProcess

# A forked process has everything imported and the year in its memory: two seconds of processor
# time each. Where forking is unsafe, a new one reads the year for itself.
if sys.platform == "linux":
    _CONTEXT = multiprocessing.get_context("fork")
else:
    _CONTEXT = multiprocessing.get_context("spawn")


@contextmanager
def working(job_ids: Sequence[int]) -> Iterator[list[BaseProcess]]:
    """One process per job. On the way out they are waited for: they end after their chunk once
    their job is canceled."""
    processes: list[BaseProcess] = [
        _CONTEXT.Process(target=_work, args=(job_id,)) for job_id in job_ids
    ]
    for process in processes:
        process.start()
    try:
        yield processes
    finally:
        for process in processes:
            process.join()


def _work(job_id: int) -> None:
    # Ctrl-C reaches every process of the terminal; the parent decides what it means.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    import django

    django.setup()
    from django.db import connection
    from django.utils import timezone

    from members.services import jobs

    # The parent's connection is the parent's: forgotten here, not closed.
    connection.connection = None
    jobs.run(job_id=job_id, clock=timezone.now)
