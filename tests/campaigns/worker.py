"""A real Celery worker in processes of its own, which a test can kill with kill -9."""

import os
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import quote

import psycopg
from django.db import connection

from config.local import product

DEADLINE_SECONDS = 60.0
_never = threading.Event()


class Worker:
    """The product's own worker, on the test's database and the test's broker."""

    def __init__(self, *, email_url: str) -> None:
        environment = os.environ | {
            "DATABASE_URL": database_url(),
            "EMAIL_URL": email_url,
            "DJANGO_SETTINGS_MODULE": "config.settings",
        }
        self._process = subprocess.Popen(
            product.worker(), env=environment, cwd=product.BASE_DIR, start_new_session=True
        )

    def kill(self) -> None:
        """SIGKILL to the worker and all its children: nothing gets to say good-bye."""
        os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()


@contextmanager
def working(*, email_url: str) -> Iterator[Worker]:
    worker = Worker(email_url=email_url)
    try:
        yield worker
    finally:
        if worker._process.poll() is None:
            worker.kill()


def database_url(*, as_owner: bool = False) -> str:
    """Of the database that this test runs in, as a worker can reach it."""
    who = "session_user" if as_owner else "current_user"
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT current_database(), {who}")
        name, user = cursor.fetchone()
    given = connection.settings_dict
    password = f":{quote(given['PASSWORD'])}" if given["PASSWORD"] else ""
    host = quote(given["HOST"], safe="")
    return f"postgres://{user}{password}@{host}:{given['PORT'] or 5432}/{name}"


@contextmanager
def locked(table: str) -> Iterator[None]:
    """Holds a lock, from a connection of its own, that lets nobody write to `table`. The app
    itself may not lock tables of history."""
    with psycopg.connect(database_url(as_owner=True)) as other:
        other.execute(f"LOCK TABLE {table} IN EXCLUSIVE MODE")
        yield
        other.rollback()


def waits_for(table: str) -> bool:
    """Whether somebody waits for a lock on `table`."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_locks WHERE NOT granted AND relation = %s::regclass"
            " AND database = (SELECT oid FROM pg_database WHERE datname = current_database())",
            [table],
        )
        return bool(cursor.fetchone()[0])


def until(is_so: Callable[[], Any], what: str) -> None:
    """Returns as soon as `is_so`; fails after a minute, saying `what` never came."""
    deadline = time.monotonic() + DEADLINE_SECONDS
    while not is_so():
        if time.monotonic() > deadline:
            raise AssertionError(f"it never came that {what}")
        _never.wait(0.02)
