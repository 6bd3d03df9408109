"""Points for answering a survey: the programme's behavior of that kind, noticed by ourselves."""

from collections.abc import Sequence
from datetime import datetime

from loyalty.models import BehaviorRule
from loyalty.rules import behaviors as rules
from loyalty.services import behaviors, programs
from loyalty.services.behaviors import Behavior
from members.errors import NotFound
from members.models import Event
from members.selectors import living

_KIND = BehaviorRule.Kind.SURVEY


def answered(*, events: Sequence[Event], at: datetime) -> int:
    """How many of these answers counted now. Bears repeats, and passes over whom no rule
    concerns; the object is the survey, the deed the answer."""
    terms = programs.current()
    asked = [
        event
        for event in events
        if event.member_id and rules.pick(terms.behaviors, at=event.occurred_at, kind=_KIND)
    ]
    return sum(_reward(event, at) for event in asked)


def _reward(event: Event, at: datetime) -> int:
    member_id = living.id_of(member_id=event.member_id or 0)
    if member_id is None:
        return 0
    behavior = Behavior(
        member_id=member_id,
        kind=_KIND,
        object_ref=event.payload["survey"],
        external_id=event.payload["response"],
        occurred_at=event.occurred_at,
    )
    try:
        recorded = behaviors.record(behavior=behavior, teller=behaviors.US, at=at)
    except NotFound:
        return 0
    return int(not recorded.was_counted)
