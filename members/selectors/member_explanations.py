"""Why a member is in, or is not: each comparison with what it saw, by one query."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection

from members.models import Member
from members.rules import conditions
from members.rules.conditions import Condition, LeafResult, Type
from members.selectors import member_conditions
from members.selectors.member_conditions import OPEN, Whose


@dataclass(frozen=True)
class Explanation:
    """`is_met` is what the bulk query says of the member; `reason` why nobody asks of them at
    all: their `state`, or `profiling`, which they objected to; "" where one does."""

    is_met: bool
    reason: str
    leaves: tuple[LeafResult, ...]


def explain(condition: Condition, *, member_id: int, at: datetime) -> Explanation | None:
    """The explanation as of `at`; None without such a member."""
    writing = member_conditions.begin(at=at, whose=Whose(member_id=member_id))
    tested = member_conditions.test(condition, writing)
    columns = [member_conditions.seen(leaf, writing) for leaf in condition.leaves]
    shown = "".join(f", {column}" for column in columns)
    sql = (
        f"SELECT ({OPEN}) AND COALESCE({tested}, FALSE), m.state, m.is_profiled{shown} "  # noqa: S608
        f"FROM members_member m {' '.join(writing.joins.values())} WHERE m.id = %(member_id)s"
    )
    with connection.cursor() as cursor:
        cursor.execute(sql, writing.params)
        row = cursor.fetchone()
    if row is None:
        return None
    is_met, state, is_profiled, *values = row
    facts = {
        leaf.key: _fact(value, leaf.field.type)
        for leaf, value in zip(condition.leaves, values, strict=True)
    }
    return Explanation(is_met, _reason(state, is_profiled), conditions.explain(condition, facts))


def _fact(value: Any, kind: Type) -> Any:
    return frozenset(value) if kind == Type.SET else value


def _reason(state: str, is_profiled: bool) -> str:
    if state != Member.State.ACTIVE:
        return state.lower()
    return "" if is_profiled else "profiling"
