"""Work done by several processes at the same moment, each with connections of its own."""

import multiprocessing
import time
import traceback
from collections.abc import Callable, Sequence
from typing import Any

from django.db import connection, connections

# A deadlock that PostgreSQL doesn't see must fail the test, not hang it.
SECONDS = 60

# Forked, so that the children know the test's database and don't import Django anew.
_context = multiprocessing.get_context("fork")


def at_once(work: Callable[[int], Any], *, processes: int = 8) -> list[Any]:
    """What `work(number)` gave in each of `processes`, which all begin at the same moment.

    Raises: AssertionError, with the traceback of a process in which it failed.
    """
    # A connection that two processes share would mix up their answers.
    connections.close_all()
    start = _context.Barrier(processes)
    pipes = [_context.Pipe(duplex=False) for _ in range(processes)]
    children = [
        _context.Process(target=_child, args=(work, number, start, sender), daemon=True)
        for number, (_, sender) in enumerate(pipes)
    ]
    for child in children:
        child.start()
    answers = [_answer(receiver) for receiver, _ in pipes]
    for child in children:
        child.join(SECONDS)
    failures = [failure for failure, _ in answers if failure]
    assert not failures, failures[0]
    return [answer for _, answer in answers]


def shared_out(items: Sequence[Any], number: int, processes: int = 8) -> Sequence[Any]:
    """The part of `items` that process `number` works on."""
    return items[number::processes]


def pids(count: int) -> Any:
    """A place in which children tell each other the pids of their connections."""
    return _context.Array("q", count)


def barrier(parties: int) -> Any:
    """One at which children wait for each other."""
    return _context.Barrier(parties)


def until_blocked(waiting_pid: int, *, by_pid: int) -> None:
    """Comes back once one of the database's processes waits for the other.

    Raises: AssertionError, if it doesn't within SECONDS.
    """
    end = time.monotonic() + SECONDS
    while time.monotonic() < end:
        with connection.cursor() as cursor:
            cursor.execute("SELECT %s = ANY(pg_blocking_pids(%s))", [by_pid, waiting_pid])
            if cursor.fetchone() == (True,):
                return
    raise AssertionError(f"{waiting_pid} never waited for {by_pid}")


def _answer(receiver: Any) -> tuple[str, Any]:
    if not receiver.poll(SECONDS):
        return f"no answer within {SECONDS} seconds", None
    answer: tuple[str, Any] = receiver.recv()
    return answer


def _child(work: Callable[[int], Any], number: int, start: Any, sender: Any) -> None:
    try:
        # Connected before the start, so that all of them really work at once.
        connections["default"].ensure_connection()
        start.wait(SECONDS)
        sender.send(("", work(number)))
    except BaseException:  # noqa: BLE001
        sender.send((traceback.format_exc(), None))
    finally:
        connections.close_all()
