"""Things that really happen at once: threads with database connections of their own."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import TypeVar

from django.db import connection

R = TypeVar("R")


def at_once(*calls: Callable[[], R]) -> list[R | Exception]:
    """What each call returned or raised; all of them start together."""
    barrier = Barrier(len(calls))

    def run(call: Callable[[], R]) -> R | Exception:
        barrier.wait()
        try:
            return call()
        except Exception as error:  # noqa: BLE001
            return error
        finally:
            connection.close()

    with ThreadPoolExecutor(len(calls)) as pool:
        return list(pool.map(run, calls))
