"""How analytics asks the database: with memory to sort in, a limit of time, and nothing twice."""

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any, TypeVar

from django.db import OperationalError, connection, transaction

Rows = list[tuple[Any, ...]]
T = TypeVar("T")

# Analytics sorts and groups whole tables; tills keep the server's own, smaller share. What is
# fetched bit by bit is fetched to its end: a plan for the first rows would be the wrong one.
_SETTINGS = {"work_mem": "96MB", "cursor_tuple_fraction": "1"}
_answers: ContextVar[dict[Any, Rows] | None] = ContextVar("answers", default=None)


class TimeIsUp(OperationalError):
    """Nothing more is asked: the time of all questions together is up."""


@dataclass
class _Limit:
    """When all questions together have to be answered, on the process's own clock; `told` is when
    the database was last told so."""

    ends: float
    told: float = 0.0


# None: each question has its own time.
_limit: ContextVar[_Limit | None] = ContextVar("limit", default=None)
_CANCELED = "57014"
# The database is told anew of what time is left once so much of it has passed.
_STEP_SECONDS = 0.2


@contextmanager
def together(
    *, timeout_seconds: float = 30, is_snapshot: bool = False, is_for_all: bool = False
) -> Iterator[None]:
    """Within it, the same question is asked once, with more memory, all in one transaction; as a
    snapshot all of them see the same instant.

    Inside another one's `together` it is part of that one. A statement that takes longer raises
    `django.db.OperationalError`; `is_for_all`: the time is that of all questions together.
    """
    if _answers.get() is not None:
        yield
        return
    # Only the first statement of a transaction can ask for one.
    is_first = not connection.in_atomic_block
    token = _answers.set({})
    now = time.monotonic()
    limit = _limit.set(_Limit(now + timeout_seconds, now) if is_for_all else None)
    try:
        with transaction.atomic():
            if is_snapshot and is_first:
                _ask_for_snapshot()
            before = _set(_SETTINGS | {"statement_timeout": _milliseconds(timeout_seconds)})
            yield
            # Where a transaction was open already, the rest of it has its own settings back.
            _set(before)
    finally:
        _answers.reset(token)
        _limit.reset(limit)


@contextmanager
def at_most(seconds: float) -> Iterator[None]:
    """Within it all questions together have so many seconds, and no more than there were left; in
    a transaction of the caller's."""
    outer, now = _limit.get(), time.monotonic()
    ends = now + seconds if outer is None else min(outer.ends, now + seconds)
    token = _limit.set(_Limit(ends, now))
    try:
        with transaction.atomic():
            before = _set({"statement_timeout": _milliseconds(ends - now)})
            yield
            _set(before)
    finally:
        _limit.reset(token)
        if outer is not None:
            outer.told = 0.0


def is_out_of_time(error: OperationalError) -> bool:
    """Whether it says that an answer took too long."""
    return isinstance(error, TimeIsUp) or getattr(error.__cause__, "sqlstate", "") == _CANCELED


def is_over() -> bool:
    """Whether the time of all questions together is up."""
    limit = _limit.get()
    return limit is not None and time.monotonic() >= limit.ends


def rows(sql: str, params: Mapping[str, Any]) -> Rows:
    """What the query gives; within `together` an answer that is known already."""
    known = _answers.get()
    if known is None:
        return _ask(sql, params)
    key = (sql, repr(sorted(params.items(), key=lambda item: item[0])))
    if key not in known:
        known[key] = _ask(sql, params)
    return known[key]


def row(sql: str, params: Mapping[str, Any]) -> tuple[Any, ...]:
    """The only row of a query that always gives one."""
    return rows(sql, params)[0]


def once(name: str, ask: Callable[[], T]) -> T:
    """What `ask` gives; within `together` it is asked once under that name."""
    known: dict[Any, Any] | None = _answers.get()
    if known is None:
        return ask()
    if name not in known:
        known[name] = ask()
    found: T = known[name]
    return found


def _ask(sql: str, params: Mapping[str, Any]) -> Rows:
    limit, now = _limit.get(), time.monotonic()
    if is_over():
        raise TimeIsUp
    if limit is not None and now - limit.told > _STEP_SECONDS:
        limit.told = now
        _set({"statement_timeout": _milliseconds(limit.ends - now)})
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        return cursor.fetchall()


def _milliseconds(seconds: float) -> str:
    # 0 would be without a limit.
    return f"{max(1, int(seconds * 1_000))}ms"


def _ask_for_snapshot() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")


def _set(settings: Mapping[str, str]) -> dict[str, str]:
    """Sets them until the transaction ends; gives what they were."""
    names = list(settings)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT s.name, b.before, set_config(s.name, s.value, true)"
            " FROM unnest(%s::text[], %s::text[]) AS s(name, value)"
            " CROSS JOIN LATERAL (SELECT current_setting(s.name) AS before) b",
            [names, [settings[name] for name in names]],
        )
        return {name: before for name, before, _ in cursor.fetchall()}
