"""Processes that work on jobs side by side. Only the standard library may be imported here:
a new process reads this file before Django is ready.
"""

import multiprocessing
import signal
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from multiprocessing.process import BaseProcess
from pathlib import Path

# Forking would share the parent's database connection and its threads.
_CONTEXT = multiprocessing.get_context("spawn")


@contextmanager
def working(job_ids: Sequence[int], folder: Path) -> Iterator[list[BaseProcess]]:
    """One process per job, each with the shard that lies in `folder` under the job's place.
    On the way out they are waited for: they end after their chunk once their job is canceled."""
    processes: list[BaseProcess] = [
        _CONTEXT.Process(target=_work, args=(job_id, number, folder / str(number)), daemon=False)
        for number, job_id in enumerate(job_ids)
    ]
    for process in processes:
        process.start()
    try:
        yield processes
    finally:
        for process in processes:
            process.join()


def _work(job_id: int, shard: int, folder: Path) -> None:
    # Ctrl-C reaches every process of the terminal; the parent decides what it means.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    import django

    django.setup()
    from django.utils import timezone

    from config.demo import telling
    from members.services import jobs

    telling.hand_over(folder, shard=shard)
    jobs.run(job_id=job_id, clock=timezone.now)
