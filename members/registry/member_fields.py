"""What conditions may ask about members: each field with its words and its SQL, for segments, rules
of tags and whatever else chooses members.

Part of the second inversion point: apps add the fields of what they know of members, in
`apps.ready`. The SQL is ours, never anybody's input; values of a condition are parameters.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from members.registry import fields
from members.registry.fields import Vocabulary, Wording
from members.rules.conditions import Field, Type

CODE = "member"
MOST_CHOICES = 500


# Of a SET: the value, the rows, and the test that ties them to the member.
SET_SQL = re.compile(
    r"\s*SELECT (?P<value>.+?)\s+FROM (?P<rows>.+?)\s+WHERE (?P<test>.+)", re.DOTALL
)


@dataclass(frozen=True, kw_only=True)
class MemberField:
    """`sql` gives the value for the member `m`, NULL where it isn't known; of a SET it is a plain
    `SELECT value FROM … WHERE … = m.id` without groups or limits. `joins` are names in `JOINS`
    that it reads, `source` the one in `SOURCES`, whose row is `{s}`; `missing` is the value of a
    member without a row there: 0 for counts.

    All may use the parameters %(today)s (the shop's day), %(at)s and %(zone)s; `sql` of a SET and
    sources besides `{window[column]}` and `{ahead[column]}` (an instant within the comparison's
    days before or after), `{of[column]}` (among its codes, or any), `{pairs[one|other]}` (codes
    like `one:other`).
    """

    field: Field
    wording: Wording
    sql: str
    joins: tuple[str, ...] = ()
    source: str = ""
    missing: int | None = None


@dataclass
class _Settings:
    digits: Callable[[], int] = field(default=lambda: 2)


MEMBER_FIELDS: dict[str, MemberField] = {}
JOINS: dict[str, str] = {}
# Per member: `SELECT x.member_id, … FROM … WHERE {whose[x.member_id]} AND … GROUP BY x.member_id`.
# They are joined once for all comparisons with the same days and codes; `{whose[column]}` lets
# one member, or a part of them, be judged without reading everybody's rows.
SOURCES: dict[str, str] = {}
_FIELDS: dict[str, Field] = {}
_WORDINGS: dict[str, Wording] = {}
_settings = _Settings()
# What apps above say against a rule of a tag that is about to be saved.
_checks: dict[str, Callable[[Any, Mapping[str, Any]], None]] = {}


def add(
    added: Iterable[MemberField],
    *,
    joins: dict[str, str] | None = None,
    sources: dict[str, str] | None = None,
    digits: Callable[[], int] | None = None,
) -> None:
    """Adds fields, and the joins and sources that they read; `digits` are those of amounts' minor
    unit.

    Raises: ValueError, for a SET that isn't written as above.
    """
    JOINS.update(joins or {})
    SOURCES.update(sources or {})
    if digits is not None:
        _settings.digits = digits
    for one in added:
        if one.field.type == Type.SET and not SET_SQL.fullmatch(one.sql):
            raise ValueError(f"{one.field.code} can't be joined")
        MEMBER_FIELDS[one.field.code] = one
        _FIELDS[one.field.code] = one.field
        _WORDINGS[one.field.code] = one.wording
    fields.add_vocabulary(Vocabulary(CODE, _FIELDS, _WORDINGS))


def add_rule_check(code: str, check: Callable[[Any, Mapping[str, Any]], None]) -> None:
    """`check(tag, tree)` raises what it has against the rule, within its transaction."""
    _checks[code] = check


def check_rule(tag: Any, tree: Mapping[str, Any]) -> None:
    for check in _checks.values():
        check(tag, tree)


def vocabulary() -> Vocabulary:
    return fields.vocabulary(CODE)


def digits() -> int:
    return _settings.digits()
