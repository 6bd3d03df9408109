"""How analytics asks the database: with memory to sort in, a limit of time, and nothing twice."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, TypeVar

from django.db import connection, transaction

Rows = list[tuple[Any, ...]]
T = TypeVar("T")

# Analytics sorts and groups whole tables; tills keep the server's own, smaller share. What is
# fetched bit by bit is fetched to its end: a plan for the first rows would be the wrong one.
_SETTINGS = {"work_mem": "96MB", "cursor_tuple_fraction": "1"}
_answers: ContextVar[dict[Any, Rows] | None] = ContextVar("answers", default=None)


@contextmanager
def together(*, timeout_seconds: int = 30, is_snapshot: bool = False) -> Iterator[None]:
    """Within it, the same question is asked once, with more memory, all in one transaction; as a
    snapshot all of them see the same instant.

    Inside another one's `together` it is part of that one. A statement that takes longer raises
    `django.db.OperationalError`.
    """
    if _answers.get() is not None:
        yield
        return
    # Only the first statement of a transaction can ask for one.
    is_first = not connection.in_atomic_block
    token = _answers.set({})
    try:
        with transaction.atomic():
            if is_snapshot and is_first:
                _ask_for_snapshot()
            before = _set(_SETTINGS | {"statement_timeout": f"{timeout_seconds}s"})
            yield
            # Where a transaction was open already, the rest of it has its own settings back.
            _set(before)
    finally:
        _answers.reset(token)


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
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        return cursor.fetchall()


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
