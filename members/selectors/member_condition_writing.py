"""The parts of a member query: parameters, joins, and what is filled into the SQL of fields."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from members.registry import member_fields
from members.registry.member_fields import MemberField
from members.rules.conditions import Leaf


@dataclass(frozen=True)
class Whose:
    """Whose rows are read: everybody's, one member's, those of the ids in (low, high], or those
    of `ids`."""

    member_id: int | None = None
    low: int | None = None
    high: int | None = None
    ids: tuple[int, ...] | None = None

    def clause(self, column: str) -> str:
        if self.member_id is not None:
            return f"{column} = %(member_id)s"
        if self.low is not None:
            return f"{column} > %(low)s AND {column} <= %(high)s"
        if self.ids is not None:
            return f"{column} = ANY(%(ids)s::bigint[])"
        return "TRUE"

    def params(self) -> dict[str, Any]:
        ids = None if self.ids is None else list(self.ids)
        return {"member_id": self.member_id, "low": self.low, "high": self.high, "ids": ids}


EVERYBODY = Whose()


@dataclass
class Writing:
    """A query being written. Values of conditions are bound, never written into it."""

    params: dict[str, Any]
    whose: Whose
    at: datetime
    joins: dict[str, str] = field(default_factory=dict)
    _aliases: dict[tuple[str, str], str] = field(default_factory=dict)
    _names: dict[Any, str] = field(default_factory=dict)

    def bind(self, value: Any) -> str:
        # The same list twice is one parameter: so the same source is one join.
        key = (type(value), value)
        if key not in self._names:
            self._names[key] = f"v{len(self._names)}"
            self.params[self._names[key]] = list(value) if isinstance(value, tuple) else value
        return f"%({self._names[key]})s"

    def read(self, known: MemberField, leaf: Leaf) -> str:
        """The SQL of the leaf's field, with its joins in the query."""
        for name in known.joins:
            self.joins[name] = member_fields.JOINS[name]
        slots = _slots(leaf, self)
        if known.source:
            slots["s"] = self._source(known.source, slots, leaf)
        return known.sql.format_map(slots)

    def _source(self, name: str, slots: Mapping[str, Any], leaf: Leaf) -> str:
        key = (name, leaf.key.removeprefix(leaf.field.code))
        if key not in self._aliases:
            alias = self._aliases[key] = f"s{len(self._aliases)}"
            rows = member_fields.SOURCES[name].format_map(slots)
            self.joins[alias] = f"LEFT JOIN ({rows}) {alias} ON {alias}.member_id = m.id"
        return self._aliases[key]


@dataclass(frozen=True)
class _Slot:
    """What stands for `{name[column]}`."""

    write: Any

    def __getitem__(self, column: str) -> str:
        text: str = self.write(column)
        return text


def _slots(leaf: Leaf, writing: Writing) -> dict[str, Any]:
    return {
        "whose": _Slot(writing.whose.clause),
        "window": _Slot(lambda column: _window(column, leaf, writing)),
        "ahead": _Slot(lambda column: _ahead(column, leaf, writing)),
        "of": _Slot(lambda column: _of(column, leaf, writing)),
        "pairs": _Slot(lambda columns: _pairs(columns, leaf, writing)),
        "salt": writing.bind(leaf.of[0] if leaf.of else ""),
    }


def _window(column: str, leaf: Leaf, writing: Writing) -> str:
    until = f"{column} < %(at)s"
    if leaf.days is None:
        return until
    # In UTC: in a zone with summer time some days have 23 hours.
    since = writing.at.astimezone(UTC) - timedelta(days=leaf.days)
    return f"{column} >= {writing.bind(since)} AND {until}"


def _ahead(column: str, leaf: Leaf, writing: Writing) -> str:
    after = f"{column} > %(at)s"
    if leaf.days is None:
        return after
    until = writing.at.astimezone(UTC) + timedelta(days=leaf.days)
    return f"{after} AND {column} <= {writing.bind(until)}"


def _of(column: str, leaf: Leaf, writing: Writing) -> str:
    return f"{column} = ANY({writing.bind(leaf.of)})" if leaf.of else "TRUE"


def _pairs(columns: str, leaf: Leaf, writing: Writing) -> str:
    if not leaf.of:
        return "TRUE"
    one, other = columns.split("|")
    whole = tuple(code for code in leaf.of if ":" not in code)
    parts = tuple(code for code in leaf.of if ":" in code)
    firsts = tuple(dict.fromkeys(code.partition(":")[0] for code in parts))
    tests = []
    if whole:
        tests.append(f"{one} = ANY({writing.bind(whole)})")
    if parts:
        pair = f"{one} || ':' || {other} = ANY({writing.bind(parts)})"
        tests.append(f"({one} = ANY({writing.bind(firsts)}) AND {pair})")
    return f"({' OR '.join(tests)})"
