"""What the steps of a journey name by code: names of what is there, and what is missing.

One query for each kind of thing, however many steps name it.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db.models import QuerySet

from campaigns.models import MessageTemplate, WebhookEndpoint
from campaigns.registry import trigger_events
from campaigns.rules.journey_steps import (
    Branch,
    Grant,
    Kind,
    Message,
    Step,
    WaitEvent,
    Webhook,
)
from campaigns.rules.journeys import Flow
from loyalty.models import Badge, Benefit, CouponType
from members.models import Tag
from members.registry.behavior_events import NOTICED
from members.registry.facts import FACTS
from members.rules.behavior_events import KINDS
from members.rules.conditions import BadCondition
from members.selectors import member_conditions

TEMPLATE, ENDPOINT, EVENT, ARM, CONDITION = "TEMPLATE", "ENDPOINT", "EVENT", "ARM", "CONDITION"
_MOST_CHOICES = 500
# With one way a split is none.
_LEAST_ARMS = 2
# Of steps that give: the kind of what is given names the kind of thing.
COUPON, BENEFIT, BADGE, TAG = "COUPON", "BENEFIT", "BADGE", "TAG"


@dataclass(frozen=True)
class Named:
    """One thing by its code. One that isn't live can't be sent or given."""

    name: str
    is_live: bool


@dataclass(frozen=True)
class References:
    """By kind of thing and code what is there."""

    things: Mapping[str, Mapping[str, Named]] = field(default_factory=dict)

    def name(self, what: str, code: str) -> str:
        """What it is called; its code, where there is none."""
        found = self.things.get(what, {}).get(code)
        return found.name if found and found.name else code

    def is_there(self, what: str, code: str) -> bool:
        return code in self.things.get(what, {})

    def is_live(self, what: str, code: str) -> bool:
        found = self.things.get(what, {}).get(code)
        return found is not None and found.is_live


@dataclass(frozen=True)
class Missing:
    """`step` names `code`, which isn't there, or is there and not live. `field` is the part of the
    step that names it."""

    step: str
    field: str
    what: str
    code: str
    is_there: bool


@dataclass(frozen=True)
class _Source:
    rows: Callable[[], QuerySet[Any]]
    is_live: Callable[[Any], bool]


_SOURCES: Mapping[str, _Source] = {
    TEMPLATE: _Source(MessageTemplate.objects.all, lambda row: True),
    COUPON: _Source(CouponType.objects.all, lambda row: bool(row.state == CouponType.State.LIVE)),
    BENEFIT: _Source(Benefit.objects.all, lambda row: bool(row.state == Benefit.State.LIVE)),
    BADGE: _Source(Badge.objects.all, lambda row: bool(row.is_active)),
    # What a rule or a model puts on says what that knows; a campaign would falsify it.
    TAG: _Source(Tag.objects.all, lambda row: bool(row.origin == Tag.Origin.HAND)),
    ENDPOINT: _Source(
        lambda: WebhookEndpoint.objects.filter(use=WebhookEndpoint.Use.STEP).defer("secrets"),
        lambda row: bool(row.is_active),
    ),
}


def references(flow: Flow) -> References:
    """What is there of all that this flow names."""
    return of_steps(flow.steps.values())


def of_steps(steps: Iterable[Step]) -> References:
    wanted: dict[str, set[str]] = {}
    for step in steps:
        named = _named(step)
        if named is not None and named[0] in _SOURCES:
            wanted.setdefault(named[0], set()).add(named[2])
    return References({what: _read(what, codes) for what, codes in wanted.items()})


def missing_references(flow: Flow) -> list[Missing]:
    """What the steps name and can't have, in the order of the steps."""
    return missing_of(list(flow.steps.values()), references(flow))


def missing_of(steps: Sequence[Step], known: References) -> list[Missing]:
    found = [_missing(step, known) for step in steps]
    return [one for one in found if one is not None]


def may_end(event: str) -> bool:
    """Whether a journey can wait for it or end at it; behaviors go by `type:kind`."""
    name, colon, kind = event.partition(":")
    if colon and (name != NOTICED or kind not in KINDS):
        return False
    return name in FACTS and trigger_events.may_end(name)


def choices(what: str) -> list[tuple[str, str]]:
    """All that may be chosen now of this kind: code and name, by name."""
    source = _SOURCES[what]
    rows = [row for row in source.rows().order_by("-pk")[:_MOST_CHOICES] if source.is_live(row)]
    return sorted(((row.code, row.name or row.code) for row in rows), key=lambda one: one[1])


def _read(what: str, codes: Iterable[str]) -> dict[str, Named]:
    source = _SOURCES[what]
    rows = source.rows().filter(code__in=codes)
    return {row.code: Named(row.name, source.is_live(row)) for row in rows}


def _named(step: Step) -> tuple[str, str, str] | None:
    """Kind of thing, part of the step and code; None for a step that names nothing."""
    if isinstance(step, Message):
        return TEMPLATE, "template", step.template
    if isinstance(step, Grant) and step.code:
        return step.what, "code", step.code
    if isinstance(step, Webhook):
        return ENDPOINT, "endpoint", step.endpoint
    if isinstance(step, WaitEvent):
        return EVENT, "event", step.event
    return None


def _missing(step: Step, known: References) -> Missing | None:
    if isinstance(step, Branch):
        return _bad_condition(step)
    if step.kind == Kind.SPLIT and len(step.ways) < _LEAST_ARMS:
        return Missing(step.id, "ways", ARM, "", is_there=False)
    named = _named(step)
    if named is None:
        return None
    what, part, code = named
    is_live = may_end(code) if what == EVENT else known.is_live(what, code)
    if is_live:
        return None
    return Missing(step.id, part, what, code, is_there=known.is_there(what, code))


def _bad_condition(step: Branch) -> Missing | None:
    try:
        member_conditions.read(step.condition)
    except BadCondition:
        return Missing(step.id, "condition", CONDITION, "", is_there=True)
    return None
