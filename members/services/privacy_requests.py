"""What members ask of us by right: received once, with a clock, and led to its end.

`receive` is the one door, for staff, channels and members' own apps alike. What a request brings
about is in `members.services.privacy_deeds`.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction

from members.errors import AlreadyDecided, DomainError, MemberErased, NotFound, ReasonRequired
from members.events import PrivacyClosed, PrivacyRequested
from members.models import Member, PrivacyRequest, User
from members.rules import working_days
from members.selectors import members as member_selectors
from members.selectors import working_days as calendars
from members.services import audit, events

_State = PrivacyRequest.State
OPEN = (_State.RECEIVED, _State.VERIFIED, _State.RUNNING)
# Fields that a correction may name, as `members.services.members.update` takes them.
CORRECTABLE = ("name", "birthday", "gender", "language")


class RequestConflict(DomainError):
    """Another privacy request has this number."""

    code = "privacy_request_conflict"
    status = 409


class AlreadyAsked(DomainError):
    """The member asks for this already, otherwise: that request must be closed first."""

    code = "privacy_request_open"
    status = 409


class IdentityUnchecked(DomainError):
    """Nobody has checked yet that it is the member who asks."""

    code = "identity_unchecked"
    status = 409


class NothingToCorrect(DomainError):
    """A correction says which fields become what."""

    code = "nothing_to_correct"


@dataclass(frozen=True, kw_only=True)
class Asked:
    """What came in. `source` and `external_id` make a repeat the same request; `received_at` is
    when it reached us, if that was earlier. `verified_how` says how the member is known to be the
    one who asks (a log-in of theirs); empty: somebody has to check."""

    member_id: int
    kind: str
    source: str
    external_id: str = ""
    details: Mapping[str, Any] | None = None
    received_at: datetime | None = None
    verified_how: str = ""


@dataclass(frozen=True)
class Received:
    """The request, and whether this call made it."""

    request: PrivacyRequest
    is_new: bool


def receive(*, asked: Asked, at: datetime, actor_id: int | None = None) -> Received:
    """The request, with the day by which it must be answered; a repeat gives the first one, and so
    does asking again for what is open.

    Raises: NotFound; MemberErased; NothingToCorrect; RequestConflict, when its number belongs to
    another request; AlreadyAsked, when an open correction says otherwise.
    """
    details = _details(asked)
    with transaction.atomic():
        member = _lock_member(asked.member_id)
        known = _known(asked, member, details)
        if known is not None:
            return Received(known, False)
        request = PrivacyRequest.objects.create(**_values(asked, member, at), details=details)
        fact = PrivacyRequested(member=str(member.uid), request=str(request.uid), kind=asked.kind)
        events.record(
            fact=fact,
            member_id=member.pk,
            occurred_at=request.received_at,
            at=at,
            actor_id=actor_id,
            source=asked.source,
        )
        _note(request, "received", at, actor_id)
    return Received(request, True)


def verify(*, request_id: int, how: str, actor: User, at: datetime) -> PrivacyRequest:
    """The request, with how it was checked that the member themselves ask.

    Raises: ReasonRequired, without a word on how; NotFound; AlreadyDecided.
    """
    if not how.strip():
        raise ReasonRequired
    with transaction.atomic():
        request = lock(request_id)
        if request.state == _State.RECEIVED:
            request.state = _State.VERIFIED
            request.verified_how, request.verified_at = how.strip()[:60], at
            request.taken_by = request.taken_by or actor
            _save(request, "state", "verified_how", "verified_at", "taken_by")
            _note(request, "verified", at, actor.pk)
    return request


def take(*, request_id: int, actor: User, at: datetime) -> PrivacyRequest:
    """The request, looked after by `actor` from now on.

    Raises: NotFound; AlreadyDecided.
    """
    with transaction.atomic():
        request = lock(request_id)
        if request.taken_by_id != actor.pk:
            request.taken_by = actor
            _save(request, "taken_by")
            _note(request, "taken", at, actor.pk)
    return request


def refuse(*, request_id: int, reason: str, actor: User, at: datetime) -> PrivacyRequest:
    """The request, refused; the reason is what the member is told.

    Raises: ReasonRequired; NotFound; AlreadyDecided.
    """
    if not reason.strip():
        raise ReasonRequired
    with transaction.atomic():
        request = lock(request_id)
        request.refusal = reason.strip()[:300]
        return close(request, state=_State.REFUSED, actor_id=actor.pk, at=at)


def withdraw(*, request_id: int, at: datetime, actor_id: int | None = None) -> PrivacyRequest:
    """The request, taken back by the member.

    Raises: NotFound; AlreadyDecided.
    """
    with transaction.atomic():
        return close(lock(request_id), state=_State.WITHDRAWN, actor_id=actor_id, at=at)


def lock(request_id: int) -> PrivacyRequest:
    """An open request, locked; call it in a transaction.

    Raises: NotFound; AlreadyDecided.
    """
    rows = PrivacyRequest.objects.select_for_update(of=("self",)).select_related("member__key")
    request: PrivacyRequest | None = rows.filter(pk=request_id).first()
    if request is None:
        raise NotFound
    if request.state not in OPEN:
        raise AlreadyDecided
    return request


def lock_verified(request_id: int, kind: str) -> PrivacyRequest:
    """As `lock`, for one of this kind that may be carried out.

    Raises: NotFound; AlreadyDecided; IdentityUnchecked.
    """
    request = lock(request_id)
    if request.kind != kind:
        raise NotFound
    if request.state == _State.RECEIVED:
        raise IdentityUnchecked
    return request


def person_id(request: PrivacyRequest) -> int:
    """Whom it concerns now: the member, or who took their card over since they asked."""
    return member_selectors.survivor(request.member).pk


def run(request: PrivacyRequest) -> None:
    """Notes that it is being done: a second person is asked, or a job is at it."""
    if request.state != _State.RUNNING:
        request.state = _State.RUNNING
        _save(request, "state")


def close(
    request: PrivacyRequest,
    *,
    state: str,
    actor_id: int | None,
    at: datetime,
    result: Mapping[str, Any] | None = None,
) -> PrivacyRequest:
    """Ends a locked request; `result` holds counts and codes, never personal data."""
    request.state, request.closed_at, request.decided_by_id = state, at, actor_id
    request.result = dict(result or {})
    _save(request, "state", "closed_at", "decided_by", "result", "refusal")
    events.record(
        fact=PrivacyClosed(
            member=str(request.member.uid),
            request=str(request.uid),
            kind=request.kind,
            state=state,
        ),
        member_id=request.member_id,
        occurred_at=at,
        at=at,
        actor_id=actor_id,
    )
    _note(request, state.lower(), at, actor_id)
    return request


def _details(asked: Asked) -> dict[str, Any] | None:
    if asked.kind not in PrivacyRequest.Kind.values:
        raise NotFound
    details = {name: value for name, value in (asked.details or {}).items() if value is not None}
    if asked.kind == PrivacyRequest.Kind.CORRECTION and not details.keys() & set(CORRECTABLE):
        raise NothingToCorrect
    return details or None


def _lock_member(member_id: int) -> Member:
    # Two that ask at once: the second sees what the first one made.
    found = Member.objects.filter(pk=member_id).first()
    if found is None:
        raise NotFound
    pk = member_selectors.survivor(found).pk
    member: Member = Member.objects.select_for_update(of=("self",)).get(pk=pk)
    if member.state == Member.State.ERASED:
        raise MemberErased
    return member


def _known(asked: Asked, member: Member, details: Any) -> PrivacyRequest | None:
    rows = PrivacyRequest.objects.select_related("member__key")
    if asked.external_id:
        same = rows.filter(source=asked.source, external_id=asked.external_id).first()
        if same is not None:
            if (member_selectors.survivor(same.member).pk, same.kind) != (member.pk, asked.kind):
                raise RequestConflict
            return same
    waiting: PrivacyRequest | None = rows.filter(
        member=member, kind=asked.kind, state__in=OPEN
    ).first()
    is_correction = asked.kind == PrivacyRequest.Kind.CORRECTION
    if waiting is not None and is_correction and waiting.details != details:
        raise AlreadyAsked
    return waiting


def _values(asked: Asked, member: Member, at: datetime) -> dict[str, Any]:
    received_at = min(asked.received_at or at, at)
    clock = calendars.clock(asked.kind)
    due_on = working_days.due_on(calendars.local_day(received_at), clock, calendars.calendar())
    return {
        "member": member,
        "kind": asked.kind,
        "state": _State.VERIFIED if asked.verified_how else _State.RECEIVED,
        "verified_how": asked.verified_how,
        "verified_at": at if asked.verified_how else None,
        "source": asked.source,
        "external_id": asked.external_id,
        "received_at": received_at,
        "due_on": due_on,
        "clock": str(clock),
    }


def _save(request: PrivacyRequest, *fields: str) -> None:
    request.version += 1
    request.save(update_fields=[*fields, "version"])


def _note(request: PrivacyRequest, verb: str, at: datetime, actor_id: int | None) -> None:
    audit.record(
        action=f"privacy.{verb}",
        at=at,
        actor_id=actor_id,
        member_id=request.member_id,
        reason=request.refusal if request.state == _State.REFUSED else "",
        details={"request": str(request.uid), "kind": request.kind},
    )
