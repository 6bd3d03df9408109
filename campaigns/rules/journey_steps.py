"""The steps of a journey, each with all that it says; read from JSON by `journeys.read`."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, time
from enum import StrEnum
from typing import Any


class Kind(StrEnum):
    WAIT = "WAIT"
    WAIT_UNTIL = "WAIT_UNTIL"
    WAIT_EVENT = "WAIT_EVENT"
    BRANCH = "BRANCH"
    SPLIT = "SPLIT"
    MESSAGE = "MESSAGE"
    GRANT = "GRANT"
    TASK = "TASK"
    WEBHOOK = "WEBHOOK"
    END = "END"


class Mode(StrEnum):
    """FIRST: one message, by the first medium that reaches the member. EACH: one by each."""

    FIRST = "FIRST"
    EACH = "EACH"


# Ways out of steps that have several, by kind; a split's are the codes of the arms.
WAYS = {Kind.BRANCH: ("yes", "no"), Kind.WAIT_EVENT: ("heard", "else")}


@dataclass(frozen=True, kw_only=True)
class Step:
    """`next` is where it goes on, None at the end; of a step with several ways `ways` says it."""

    id: str
    next: str | None = None
    ways: Mapping[str, str | None] = field(default_factory=dict)

    kind = Kind.END


@dataclass(frozen=True, kw_only=True)
class End(Step):
    """Nothing comes behind it."""


@dataclass(frozen=True, kw_only=True)
class Wait(Step):
    """So many minutes from coming to it."""

    minutes: int
    kind = Kind.WAIT


@dataclass(frozen=True, kw_only=True)
class WaitUntil(Step):
    """Until the clock on the member's wall shows `clock`, today or tomorrow, or on the day `on`;
    a day that is over waits for nothing."""

    clock: time
    on: date | None = None
    kind = Kind.WAIT_UNTIL


@dataclass(frozen=True, kw_only=True)
class WaitEvent(Step):
    """Until `event` is told of the member, at most `minutes`: the ways are `heard` and `else`.
    `same` "product" or "order": only about the one that began it."""

    event: str
    minutes: int
    same: str = ""
    kind = Kind.WAIT_EVENT


@dataclass(frozen=True, kw_only=True)
class Branch(Step):
    """By a condition of segments, as it is when the member comes to it: `yes` or `no`."""

    condition: Mapping[str, Any]
    kind = Kind.BRANCH


@dataclass(frozen=True, kw_only=True)
class Split(Step):
    """By the campaign's arms, drawn when the member came in; `ways` by their codes."""

    kind = Kind.SPLIT


@dataclass(frozen=True, kw_only=True)
class Message(Step):
    """A text by one medium or several. `expires_hours` None: as the campaign says."""

    template: str
    media: tuple[str, ...]
    mode: Mode = Mode.FIRST
    expires_hours: int | None = None
    kind = Kind.MESSAGE


@dataclass(frozen=True, kw_only=True)
class Grant(Step):
    """Gives points, coupons, a benefit, a badge or a tag; codes name what is given."""

    what: str
    code: str = ""
    points: int = 0
    count: int = 1
    days: int | None = None
    kind = Kind.GRANT


@dataclass(frozen=True, kw_only=True)
class Task(Step):
    """Something that a person in the member's store is asked to do within `days`."""

    title_zh: str = ""
    title_en: str = ""
    days: int = 3
    kind = Kind.TASK


@dataclass(frozen=True, kw_only=True)
class Webhook(Step):
    """One of the operator's own systems is told."""

    endpoint: str
    kind = Kind.WEBHOOK
