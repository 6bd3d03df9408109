"""Conditions on members as SQL: one query says of whom they are true.

It means what `members.rules.conditions` means of facts: a fact that is missing meets no
comparison, and so it meets every `not` of one. A test compares the two on random trees.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings

from members.registry import member_fields
from members.rules import conditions
from members.rules.conditions import All, Condition, Leaf, Node, Not, Op, Type


@dataclass(frozen=True)
class Query:
    """`FROM … WHERE …` over `members_member m`, and its parameters."""

    sql: str
    params: Mapping[str, Any]


@dataclass
class _Writing:
    params: dict[str, Any]
    joins: dict[str, str] = field(default_factory=dict)

    def bind(self, value: Any) -> str:
        name = f"v{len(self.params)}"
        self.params[name] = list(value) if isinstance(value, tuple) else value
        return f"%({name})s"


def read(tree: Mapping[str, Any]) -> Condition:
    """Raises: BadCondition."""
    return conditions.parse(tree, member_fields.vocabulary().fields)


def query(condition: Condition, *, at: datetime) -> Query:
    """Of whom it is true at `at`, among active members who may be profiled."""
    today = at.astimezone(ZoneInfo(settings.TIME_ZONE)).date()
    writing = _Writing({"at": at, "today": today, "zone": settings.TIME_ZONE, "active": "ACTIVE"})
    test = "TRUE" if condition.root is None else _node(condition.root, writing)
    joins = " ".join(writing.joins.values())
    where = f"m.state = %(active)s AND m.is_profiled AND ({test})"
    return Query(f"FROM members_member m {joins} WHERE {where}", writing.params)


def _node(node: Node, writing: _Writing) -> str:
    if isinstance(node, Leaf):
        return _leaf(node, writing)
    if isinstance(node, Not):
        return f"NOT ({_node(node.part, writing)})"
    word = " AND " if isinstance(node, All) else " OR "
    return word.join(f"({_node(part, writing)})" for part in node.parts)


def _leaf(leaf: Leaf, writing: _Writing) -> str:
    known = member_fields.MEMBER_FIELDS[leaf.field.code]
    for name in known.joins:
        writing.joins[name] = member_fields.JOINS[name]
    if leaf.field.type == Type.SET:
        values = writing.bind(leaf.value)
        return f"EXISTS (SELECT FROM ({known.sql}) seen (value) WHERE seen.value = ANY({values}))"
    if leaf.op in _NEGATED:
        return f"NOT {_known(_COMPARED[_NEGATED[leaf.op]](known.sql, leaf.value, writing))}"
    return _known(_COMPARED[leaf.op](known.sql, leaf.value, writing))


def _known(comparison: str) -> str:
    """False where the fact is missing."""
    return f"COALESCE({comparison}, FALSE)"


def _sign(sign: str) -> Callable[[str, Any, _Writing], str]:
    return lambda sql, value, writing: f"({sql}) {sign} {writing.bind(value)}"


def _between(sql: str, value: Any, writing: _Writing) -> str:
    return f"({sql}) BETWEEN {writing.bind(value[0])} AND {writing.bind(value[1])}"


def _among(sql: str, value: Any, writing: _Writing) -> str:
    return f"({sql}) = ANY({writing.bind(value)})"


_NEGATED: Mapping[Op, Op] = {Op.NE: Op.EQ, Op.NOT_IN: Op.IN}
_COMPARED: Mapping[Op, Callable[[str, Any, _Writing], str]] = {
    Op.EQ: _sign("="),
    Op.IS: _sign("="),
    Op.LT: _sign("<"),
    Op.LTE: _sign("<="),
    Op.GT: _sign(">"),
    Op.GTE: _sign(">="),
    Op.BETWEEN: _between,
    Op.IN: _among,
}
