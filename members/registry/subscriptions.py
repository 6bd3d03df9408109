"""Who hears of which event. Higher apps add rows in `apps.ready`; nobody calls back down."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from members.models import Event

Handler = Callable[[Sequence["Event"], datetime], None]
# Whether anybody cares about what happened at that instant, or, given none, at any: asked before
# a dispatch is written, in the transaction of the fact, so from memory.
Wants = Callable[[datetime | None], bool]


@dataclass(frozen=True)
class Subscription:
    """A batch handler `(events, at)` that bears repeats; it runs in the worker, in one
    transaction with the removal of its dispatches, so it may write but never call out."""

    event_type: str
    subscriber: str
    handler: Handler
    wants: Wants | None = None


@dataclass(frozen=True)
class Settlement:
    """What an at-once subscriber honored and refused of an order; it goes into the answer."""

    honored: tuple[dict[str, Any], ...] = ()
    refused: tuple[dict[str, Any], ...] = ()


# Gets the events of its type that one call recorded, and may answer by event id.
AtOnce = Callable[[Sequence["Event"], datetime], Mapping[int, Settlement] | None]

_later: dict[str, dict[str, Subscription]] = {}
_at_once: dict[str, dict[str, AtOnce]] = {}


def subscribe(
    *, event_type: str, subscriber: str, handler: Handler, wants: Wants | None = None
) -> None:
    """Lets `handler` hear of `event_type` from the worker, after the commit; with `wants` only of
    what happened when it says so: nothing is owed where nothing listens."""
    _later.setdefault(event_type, {})[subscriber] = Subscription(
        event_type, subscriber, handler, wants
    )


def subscribe_at_once(*, event_type: str, subscriber: str, handler: AtOnce) -> None:
    """Lets `handler` run inside the transaction that records the fact."""
    _at_once.setdefault(event_type, {})[subscriber] = handler


def subscribers_of(event_type: str, occurred_at: datetime | None) -> tuple[str, ...]:
    """Names of those that get a dispatch row for this type, for what happened then. None: for many
    facts of one statement, each with its own instant."""
    return tuple(
        name
        for name, one in _later.get(event_type, {}).items()
        if one.wants is None or one.wants(occurred_at)
    )


def at_once_of(event_type: str) -> tuple[AtOnce, ...]:
    return tuple(_at_once.get(event_type, {}).values())


def handlers() -> dict[str, Handler]:
    """Every subscriber's handler by name."""
    return {
        name: subscription.handler
        for by_name in _later.values()
        for name, subscription in by_name.items()
    }


def table() -> list[tuple[str, str, bool]]:
    """(event type, subscriber, at once) of everyone, for docs/events.md and its test."""
    later = [(kind, name, False) for kind, names in _later.items() for name in names]
    at_once = [(kind, name, True) for kind, names in _at_once.items() for name in names]
    return sorted(later + at_once)
