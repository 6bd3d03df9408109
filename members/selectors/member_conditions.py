"""Conditions on members as SQL: one compiler for counting all, judging one, and saying why.

It means what `members.rules.conditions` means of facts: a fact that is missing meets no
comparison, and so it meets every `not` of one. A test compares the two on random trees.
`not` is carried down to the comparisons, which are then plain: the database plans joins for them
as for SQL written by hand. Source: docs/algorithms/segments.md.
"""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import connection

from members.registry import member_fields
from members.registry.member_fields import MemberField
from members.rules import birthdays, conditions
from members.rules import conditions_matching as matching
from members.rules.conditions import All, Condition, Leaf, Node, Not, Op, Type
from members.selectors.member_condition_writing import EVERYBODY, Whose, Writing

__all__ = ["EVERYBODY", "Query", "Whose", "begin", "is_met", "query", "read", "seen", "test"]

# Of whom nothing is computed any more, and who left, is in no segment and bears no tag by rule.
OPEN = "m.state = 'ACTIVE' AND m.is_profiled"


@dataclass(frozen=True)
class Query:
    """`FROM … WHERE …` over `members_member m`, and its parameters."""

    sql: str
    params: Mapping[str, Any]


def read(tree: Mapping[str, Any]) -> Condition:
    """Raises: BadCondition."""
    return conditions.parse(tree, member_fields.vocabulary().fields)


def query(condition: Condition, *, at: datetime, whose: Whose = EVERYBODY) -> Query:
    """Of whom it is true at `at`, among active members who may be profiled; `whose` narrows whom
    it is asked of, and what is read."""
    writing = begin(at=at, whose=whose)
    tested = test(condition, writing)
    joins = " ".join(writing.joins.values())
    where = f"{OPEN} AND {whose.clause('m.id')} AND ({tested})"
    return Query(f"FROM members_member m {joins} WHERE {where}", writing.params)


def is_met(condition: Condition, *, member_id: int, at: datetime) -> bool:
    """Whether it is true of this member: the same predicate, bound to one."""
    one = query(condition, at=at, whose=Whose(member_id=member_id))
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT EXISTS (SELECT {one.sql})", one.params)
        found: bool = cursor.fetchone()[0]
    return found


def met_by(condition: Condition, *, member_ids: Collection[int], at: datetime) -> set[int]:
    """Those of these members of whom it is true: the same predicate, bound to them. One query."""
    some = query(condition, at=at, whose=Whose(ids=tuple(member_ids)))
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT m.id {some.sql}", some.params)
        return {member_id for (member_id,) in cursor.fetchall()}


def begin(*, at: datetime, whose: Whose = EVERYBODY) -> Writing:
    """An empty query as of `at`."""
    today = at.astimezone(ZoneInfo(settings.TIME_ZONE)).date()
    params = {"at": at, "today": today, "zone": settings.TIME_ZONE, **_februaries(today)}
    return Writing({**params, **whose.params()}, whose, at)


def test(condition: Condition, writing: Writing) -> str:
    """The predicate; it is true, false, or unknown where it is not met."""
    return "TRUE" if condition.root is None else _node(condition.root, writing, True)


def seen(leaf: Leaf, writing: Writing) -> str:
    """What a comparison looks at, as a value; of a SET an array."""
    known = member_fields.MEMBER_FIELDS[leaf.field.code]
    sql = writing.read(known, leaf)
    if leaf.field.type == Type.SET:
        return f"ARRAY({sql})"
    return f"({sql})" if known.missing is None else f"COALESCE({sql}, {known.missing})"


def _node(node: Node, writing: Writing, wanted: bool) -> str:
    """SQL that is true exactly where the node is `wanted`."""
    if isinstance(node, Leaf):
        return _leaf(node, writing, wanted)
    if isinstance(node, Not):
        return _node(node.part, writing, not wanted)
    word = " AND " if isinstance(node, All) is wanted else " OR "
    return word.join(f"({_node(part, writing, wanted)})" for part in node.parts)


def _leaf(leaf: Leaf, writing: Writing, wanted: bool) -> str:
    known = member_fields.MEMBER_FIELDS[leaf.field.code]
    sql = writing.read(known, leaf)
    if leaf.field.type == Type.SET:
        exists = _among_rows(sql, writing.bind(leaf.value))
        return exists if wanted else f"NOT {exists}"
    op = _NEGATED.get(leaf.op, leaf.op)
    return _compared(known, sql, (op, leaf.value), writing, wanted is (op == leaf.op))


def _among_rows(sql: str, values: str) -> str:
    """Flat, without a query inside the query: so it becomes a join."""
    parts = member_fields.SET_SQL.fullmatch(sql)
    assert parts is not None
    value, rows, tied = parts["value"], parts["rows"], parts["test"]
    return f"EXISTS (SELECT FROM {rows} WHERE {tied} AND {value} = ANY({values}))"


def _compared(
    known: MemberField, sql: str, asked: tuple[Op, Any], writing: Writing, wanted: bool
) -> str:
    op, value = asked
    if known.missing is not None and matching.is_compared(op, known.missing, value):
        told = _COMPARED[op](f"COALESCE({sql}, {known.missing})", value, writing)
        return told if wanted else f"NOT ({told})"
    # Who has no row is unknown here: not met. Plain, so that an outer join can become an inner.
    told = _COMPARED[op](sql, value, writing)
    return told if wanted else f"({told}) IS NOT TRUE"


def _sign(sign: str) -> Callable[[str, Any, Writing], str]:
    return lambda sql, value, writing: f"({sql}) {sign} {writing.bind(value)}"


def _between(sql: str, value: Any, writing: Writing) -> str:
    return f"({sql}) BETWEEN {writing.bind(value[0])} AND {writing.bind(value[1])}"


def _among(sql: str, value: Any, writing: Writing) -> str:
    return f"({sql}) = ANY({writing.bind(value)})"


def _februaries(today: date) -> dict[str, int]:
    """The last days of this year's and next year's February: birthdays of leap years."""
    leap = date(2000, 2, 29)
    return {
        "year": today.year,
        "february": birthdays.falls_on(leap, today.year).day,
        "next_february": birthdays.falls_on(leap, today.year + 1).day,
    }


_NEGATED: Mapping[Op, Op] = {Op.NE: Op.EQ, Op.NOT_IN: Op.IN}
_COMPARED: Mapping[Op, Callable[[str, Any, Writing], str]] = {
    Op.EQ: _sign("="),
    Op.IS: _sign("="),
    Op.LT: _sign("<"),
    Op.LTE: _sign("<="),
    Op.GT: _sign(">"),
    Op.GTE: _sign(">="),
    Op.BETWEEN: _between,
    Op.IN: _among,
}
