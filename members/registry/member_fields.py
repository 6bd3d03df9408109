"""What conditions may ask about members, for rules of tags: each field with its words and its SQL.

Part of the second inversion point: apps add the fields of what they know of members, in
`apps.ready`. The SQL is ours, never anybody's input; values of a condition are parameters.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from members.registry import fields
from members.registry.fields import Vocabulary, Wording
from members.rules.conditions import Field

CODE = "member"


@dataclass(frozen=True, kw_only=True)
class MemberField:
    """`sql` gives the value for the member `m`, NULL where it isn't known; of a SET it is a query
    of the values. `joins` are names in `JOINS` that it reads. Both may use the parameters
    %(today)s (the shop's day), %(at)s and %(zone)s.
    """

    field: Field
    wording: Wording
    sql: str
    joins: tuple[str, ...] = ()


@dataclass
class _Settings:
    digits: Callable[[], int] = field(default=lambda: 2)


MEMBER_FIELDS: dict[str, MemberField] = {}
JOINS: dict[str, str] = {}
_FIELDS: dict[str, Field] = {}
_WORDINGS: dict[str, Wording] = {}
_settings = _Settings()


def add(
    added: Iterable[MemberField],
    *,
    joins: dict[str, str] | None = None,
    digits: Callable[[], int] | None = None,
) -> None:
    """Adds fields and the joins that they read; `digits` are those of amounts' minor unit."""
    JOINS.update(joins or {})
    if digits is not None:
        _settings.digits = digits
    for one in added:
        MEMBER_FIELDS[one.field.code] = one
        _FIELDS[one.field.code] = one.field
        _WORDINGS[one.field.code] = one.wording
    fields.add_vocabulary(Vocabulary(CODE, _FIELDS, _WORDINGS))


def vocabulary() -> Vocabulary:
    return fields.vocabulary(CODE)


def digits() -> int:
    return _settings.digits()
