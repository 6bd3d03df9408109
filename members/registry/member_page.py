"""What higher apps add to the member list and the member's page, besides tabs (`panels`).

Part of the second inversion point: filled in `apps.ready`, before the admin reads it.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from members.models import Member, User


@dataclass(frozen=True, kw_only=True)
class Column:
    """A column of the member list: `values(members, at)` gives the cells of a page by member id.

    `joins` is what the list's own query selects for it.
    """

    code: str
    title: Any
    values: Callable[[Sequence["Member"], datetime], Mapping[int, Any]]
    order: int
    joins: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Header:
    """A block of the page's header: `context(member=, request=, at=)` fills the template."""

    code: str
    template: str
    context: Callable[..., dict[str, Any]]
    order: int


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """What an action did, in a sentence. `is_done` is false where it became a request; `to` is
    the page where it goes on, if that isn't the member's."""

    text: str
    is_done: bool = True
    to: str = ""


class Run(Protocol):
    def __call__(
        self, *, member: "Member", cleaned: dict[str, Any], actor: "User", at: datetime
    ) -> Outcome: ...


@dataclass(frozen=True, kw_only=True)
class Action:
    """A dialog on the member's page. `run` calls one service, at most once per form shown."""

    code: str
    title: Any
    description: Any
    submit_text: Any
    icon: str
    permission: str
    form_class: type
    run: Run
    order: int


COLUMNS: dict[str, Column] = {}
HEADERS: dict[str, Header] = {}
ACTIONS: dict[str, Action] = {}


def add_column(column: Column) -> None:
    COLUMNS[column.code] = column


def add_header(header: Header) -> None:
    HEADERS[header.code] = header


def add_action(action: Action) -> None:
    ACTIONS[action.code] = action


def columns() -> list[Column]:
    return sorted(COLUMNS.values(), key=lambda column: column.order)


def headers() -> list[Header]:
    return sorted(HEADERS.values(), key=lambda header: header.order)


def actions() -> list[Action]:
    return sorted(ACTIONS.values(), key=lambda action: action.order)
