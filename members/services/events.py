"""Facts are told here: one event row each, and a dispatch for everyone who wants to hear."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from members.models import Dispatch, Event
from members.registry import subscriptions
from members.registry.facts import Fact
from members.services import bell


@dataclass(frozen=True, kw_only=True)
class Happening:
    """A fact about one member (or none), when it was so in the shop, and who told it."""

    fact: Fact
    member_id: int | None
    occurred_at: datetime
    actor_id: int | None = None
    source: str = ""


def record(
    *,
    fact: Fact,
    member_id: int | None,
    occurred_at: datetime,
    at: datetime,
    actor_id: int | None = None,
    source: str = "",
) -> Event:
    """The event of one fact, written with its dispatches in the caller's transaction.

    What at-once subscribers honored and refused is in `event.settlements`.
    """
    happening = Happening(
        fact=fact, member_id=member_id, occurred_at=occurred_at, actor_id=actor_id, source=source
    )
    return record_many(happenings=[happening], at=at)[0]


def record_many(*, happenings: Sequence[Happening], at: datetime) -> list[Event]:
    """The events of many facts, in order, with two statements however many there are."""
    with transaction.atomic(savepoint=False):
        events = Event.objects.bulk_create([_event(one, at) for one in happenings])
        _owe(events, at)
        _tell_at_once(events, at)
    return events


def _event(happening: Happening, at: datetime) -> Event:
    return Event(
        type=happening.fact.type,
        member_id=happening.member_id,
        occurred_at=happening.occurred_at,
        recorded_at=at,
        payload=happening.fact.payload(),
        actor_id=happening.actor_id,
        source=happening.source,
    )


def _owe(events: Sequence[Event], at: datetime) -> None:
    owed = [
        Dispatch(event_id=event.pk, subscriber=subscriber, next_at=at)
        for event in events
        for subscriber in subscriptions.subscribers_of(event.type, event.occurred_at)
    ]
    if owed:
        Dispatch.objects.bulk_create(owed)
        bell.ring_on_commit()


def _tell_at_once(events: Sequence[Event], at: datetime) -> None:
    """Hands each subscriber all events of its type together, and keeps what it answers."""
    by_type: dict[str, list[Event]] = {}
    for event in events:
        event.settlements = ()  # type: ignore[attr-defined]
        by_type.setdefault(event.type, []).append(event)
    for event_type, some in by_type.items():
        for handler in subscriptions.at_once_of(event_type):
            answers = handler(some, at) or {}
            for event in some:
                if event.pk in answers:
                    event.settlements += (answers[event.pk],)  # type: ignore[attr-defined]
