"""Behavior events are recorded here: each once by (source, external id), in any order.

However many come in a batch, the statements are as many. Source: docs/events-from-channels.md.
"""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction

from members.errors import DomainError
from members.events import BehaviorNoticed
from members.models import Member
from members.registry import behavior_events as listeners
from members.rules import behavior_events as rules
from members.services import (
    behavior_checks,
    behavior_desks,
    behavior_rows,
    behavior_visitors,
    events,
)
from members.services.behavior_desks import Teller
from members.services.behavior_documents import (
    DOCUMENTS,
    MOST_IN_A_BATCH,
    BehaviorEventDocument,
    NamedMember,
    kind_of,
)
from members.services.behavior_rows import Row

__all__ = ["MOST_IN_A_BATCH", "Outcome", "Teller", "record", "record_batch", "sign_in"]


class EventBatchTooLarge(DomainError):
    """A batch holds at most 500 events."""

    code = "batch_too_large"


class EventConflict(DomainError):
    """Another event came under this external_id before: give this one a new id."""

    code = "event_conflict"
    status = 409


class PersonalVisitor(DomainError):
    """A visitor's id is made up by the channel: never an address or a phone."""

    code = "personal_data"


@dataclass(frozen=True)
class Outcome:
    """What became of one event: its answer, or why it was refused."""

    external_id: str
    answer: dict[str, Any] | None
    error: DomainError | None = None
    is_replayed: bool = False


def record(*, event: BehaviorEventDocument, teller: Teller, at: datetime) -> Outcome:
    """Records one event, or finds it.

    Raises: EventConflict; EventInFuture; EventTooOld; NobodyNamed; UnknownStore; UnknownChannel.
    """
    outcome = record_batch(events=[event], teller=teller, at=at)[0]
    if outcome.error is not None:
        raise outcome.error
    return outcome


def record_batch(
    *, events: Sequence[BehaviorEventDocument], teller: Teller, at: datetime
) -> list[Outcome]:
    """Records up to 500 events in one transaction; those that are refused don't hinder the rest.

    Raises: EventBatchTooLarge.
    """
    if len(events) > MOST_IN_A_BATCH:
        raise EventBatchTooLarge(given=len(events), most=MOST_IN_A_BATCH)
    if not events:
        return []
    with transaction.atomic():
        # Before their rows are read: what others wrote of these visitors is seen then.
        if visitors := {one.visitor for one in events if one.visitor}:
            behavior_visitors.lock(teller.source, visitors)
        desk = behavior_desks.set_up(events, teller, at)
        judged = [behavior_checks.judge(one, desk, teller, at) for one in events]
        sound = _first_of_each(one for one in judged if isinstance(one, Row))
        written = behavior_rows.write(list(sound.values()), source=teller.source, at=at)
        fresh = [written[key].id for key, row in sound.items() if written[key].is_new]
        if visitors and fresh:
            behavior_visitors.adopt(teller.source, fresh)
        _notice([written[key] for key in sound if written[key].is_new], teller, at)
    seen: set[str] = set()
    return [_outcome(one, row, written, seen) for one, row in zip(events, judged, strict=True)]


def sign_in(*, member: Member, visitor: str, teller: Teller, at: datetime) -> None:
    """Notes that this visitor registered as this member: what they did before is the member's.
    Again it changes nothing.

    Raises: PersonalVisitor.
    """
    if rules.looks_personal(visitor):
        raise PersonalVisitor
    told = hashlib.sha256(visitor.encode()).hexdigest()[:10]
    event = DOCUMENTS["sign_in"](
        external_id=f"registration:{member.uid.hex}:{told}",
        occurred_at=at,
        member=NamedMember(type="id", value=str(member.uid)),
        visitor=visitor,
    )
    # A visitor who registers again has signed in before: that is no conflict.
    record_batch(events=[event], teller=teller, at=at)


def _first_of_each(rows: Iterable[Row]) -> dict[str, Row]:
    """By external id, in the order in which all batches write: two never wait in a ring."""
    first: dict[str, Row] = {}
    for row in rows:
        first.setdefault(row.external_id, row)
    return dict(sorted(first.items()))


def _notice(rows: Sequence[behavior_rows.Written], teller: Teller, at: datetime) -> None:
    """Tells those who listen of what members did. What a visitor did, whoever they turn out to
    be, starts nothing."""
    told = [one for one in rows if one.row.member_id is not None]
    kinds = listeners.wanted(frozenset(one.row.kind for one in told), at) if told else ()
    happenings = [
        events.Happening(
            fact=BehaviorNoticed(event=one.id, kind=one.row.kind),
            member_id=one.row.member_id,
            occurred_at=one.row.occurred_at,
            source=teller.source,
        )
        for one in told
        if one.row.kind in kinds
    ]
    if happenings:
        events.record_many(happenings=happenings, at=at)


def _outcome(
    event: BehaviorEventDocument,
    judged: Row | DomainError,
    written: dict[str, behavior_rows.Written],
    seen: set[str],
) -> Outcome:
    if isinstance(judged, DomainError):
        return Outcome(event.external_id, None, judged)
    kept = written[event.external_id]
    if kept.fingerprint != judged.fingerprint:
        conflict = EventConflict(recorded_at=kept.recorded_at.isoformat())
        return Outcome(event.external_id, None, conflict)
    is_replayed = not kept.is_new or event.external_id in seen
    seen.add(event.external_id)
    return Outcome(event.external_id, _answer(event, kept), is_replayed=is_replayed)


def _answer(event: BehaviorEventDocument, kept: behavior_rows.Written) -> dict[str, Any]:
    """The same for a repeat, whoever the visitor turned out to be meanwhile."""
    uid: UUID | None = kept.member_uid
    unknown = [{"what": "member", "code": "member_not_found"}]
    return {
        "external_id": event.external_id,
        "kind": kind_of(event),
        "member": uid,
        "occurred_at": kept.occurred_at,
        "recorded_at": kept.recorded_at,
        "refused": unknown if event.member is not None and uid is None else [],
    }
