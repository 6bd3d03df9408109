"""Which tables the database records the changes of, and how the trail names them."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Tracked:
    """A tracked table. `of` is the table whose row `row_id` names, where it isn't its own: the
    links and parts of an object stand in that object's history."""

    table: str
    of: str
    title: Any = ""


TRACKED: dict[str, Tracked] = {}


def track(*tables: str) -> None:
    """Tables whose rows are named by their own id."""
    for table in tables:
        TRACKED[table] = Tracked(table, of=table)


def track_part(table: str, *, of: str, title: Any = "") -> None:
    """A table of links or parts; `title` says it in words, where it has no model of its own."""
    TRACKED[table] = Tracked(table, of=of, title=title)


def tables_of(table: str) -> Collection[str]:
    """The tables in which changes of this table's rows stand, by the same id."""
    return [one.table for one in TRACKED.values() if one.of == table]
