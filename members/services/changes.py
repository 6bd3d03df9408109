"""Who changes a setting, why and from where: told to the database with the statement itself.

The trigger `members_record_change` writes one `ChangeRecord` per changed row. What it can't know
comes in the setting `regulars.context`, sent within the very statement that writes to a tracked
table, for that transaction only: no statement more, nothing left over on a connection that the
next request uses, and not a word on the tables of orders and points.
"""

import json
import re
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from uuid import UUID

from members.registry import changes as registry

_WRITES = re.compile(r'\s*(?:INSERT\s+INTO|UPDATE|DELETE\s+FROM)\s+"?(\w+)', re.IGNORECASE)


@dataclass(frozen=True, kw_only=True)
class Person:
    """Who is behind a change: an operator or an API client, or neither."""

    actor_id: int | None = None
    client_id: int | None = None


@dataclass(frozen=True, kw_only=True)
class Origin:
    """Where changes come from. `who` and `why` are asked when something is written: a door
    knows its visitor later than it opens."""

    place: str
    who: Callable[[], Person] = Person
    why: Callable[[], str] = str
    request_id: str = ""
    address: str = ""
    approval: UUID | None = None


_origin: ContextVar[Origin | None] = ContextVar("origin_of_changes", default=None)


@contextmanager
def coming_from(origin: Origin) -> Iterator[None]:
    """Everything that is changed inside comes from there."""
    token = _origin.set(origin)
    try:
        yield
    finally:
        _origin.reset(token)


@contextmanager
def because(*, reason: str, approval: UUID | None = None) -> Iterator[None]:
    """Everything that is changed inside has this reason, and was let happen by this request."""
    with coming_from(replace(current(), why=lambda: reason, approval=approval)):
        yield


def current() -> Origin:
    """The origin that holds here; outside of doors it is the process."""
    return _origin.get() or Origin(place=_process())


def tell_origin(execute: Any, sql: Any, params: Any, many: bool, context: Any) -> Any:
    """Django's wrapper around each statement (`config.database`): one that writes to a tracked
    table says in the same breath who does it."""
    if many or not isinstance(sql, str) or not is_tracked(sql):
        return execute(sql, params, many, context)
    told = json.dumps(_told(current())).replace("'", "''")
    if params is not None:
        told = told.replace("%", "%%")
    prefix = f"SELECT set_config('regulars.context', '{told}', true); "
    result = execute(prefix + sql, params, many, context)
    # The first answer is the prefix's own.
    context["cursor"].nextset()
    return result


def is_tracked(sql: str) -> bool:
    """Whether the statement writes to a tracked table."""
    found = _WRITES.match(sql)
    return found is not None and found[1] in registry.TRACKED


def _told(origin: Origin) -> dict[str, Any]:
    person = origin.who()
    said = {
        "origin": origin.place,
        "reason": origin.why(),
        "request_id": origin.request_id,
        "address": origin.address,
        "approval": str(origin.approval) if origin.approval else None,
        "actor": person.actor_id,
        "client": person.client_id,
    }
    return {name: _storable(value) for name, value in said.items() if value is not None}


def _storable(value: Any) -> Any:
    """A field that no form asked for may hold what PostgreSQL can't; the change is kept anyway."""
    return value.replace("\0", "") if isinstance(value, str) else value


def _process() -> str:
    """`manage.py set_up`, `celery`: what runs here."""
    name, command = Path(sys.argv[0]).name, sys.argv[1:2]
    return " ".join((name, *command)) if name == "manage.py" else name
