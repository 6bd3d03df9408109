"""Types of events, declared as frozen dataclasses in each app's `events.py`."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, ClassVar, TypeVar


@dataclass(frozen=True, kw_only=True)
class Fact:
    """What an event says. Fields become the payload: ids and figures, never personal data."""

    type: ClassVar[str] = ""

    def payload(self) -> dict[str, Any]:
        # Fields are plain values, so there is nothing to copy deeply.
        return dict(vars(self))


FACTS: dict[str, type[Fact]] = {}
F = TypeVar("F", bound=type[Fact])


def fact(name: str) -> Callable[[F], F]:
    """Declares an event type `app.noun.past-verb`; each name once."""

    def declare(cls: F) -> F:
        if name in FACTS and FACTS[name].__qualname__ != cls.__qualname__:
            raise ValueError(f"the event type {name} is declared twice")
        cls.type = name
        FACTS[name] = cls
        return cls

    return declare
