"""Who listens to behaviors: only kinds that somebody wants are told as events.

Part of the first inversion point: higher apps add themselves in `apps.ready`.
"""

from collections.abc import Callable, Collection, Mapping
from datetime import datetime

from members.registry import subscriptions
from members.registry.subscriptions import Handler
from members.registry.subscriptions import Wants as Listens

NOTICED = "members.behavior.noticed"

# Which of these kinds somebody wants to hear of at that instant.
Wants = Callable[[frozenset[str], datetime], Collection[str]]
# Names of objects, such as of products by their SKU, in the reader's language.
Names = Callable[[Collection[str]], Mapping[str, str]]

_listeners: dict[str, Wants] = {}
_names: dict[str, Names] = {}


def listen(
    *, subscriber: str, wants: Wants, handler: Handler, listens: Listens | None = None
) -> None:
    """Lets `handler` hear from the worker of behaviors of the kinds that `wants` chooses. It gets
    those that others want too, unless `listens` says that it hears nothing at that instant."""
    _listeners[subscriber] = wants
    subscriptions.subscribe(
        event_type=NOTICED, subscriber=subscriber, handler=handler, wants=listens
    )


def wanted(kinds: frozenset[str], at: datetime) -> frozenset[str]:
    """Those of `kinds` that anybody listens to."""
    return frozenset().union(*(wants(kinds, at) for wants in _listeners.values()))


def add_names(*, app: str, names: Names) -> None:
    """Lets `names` say what objects of events are called."""
    _names[app] = names


def names_of(objects: Collection[str]) -> dict[str, str]:
    """What is known of these objects' names."""
    found: dict[str, str] = {}
    for names in _names.values():
        found |= names(objects) if objects else {}
    return found
