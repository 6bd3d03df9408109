"""What a checked request brings about at once: a correction, a restriction and its end, an end of
profiling. Packages and deletions wait for a second person (`privacy_exports`, `erasures`)."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import transaction

from members.errors import DomainError, NotFound
from members.models import PrivacyRequest
from members.services import (
    members,
    privacy_requests,
    profiling,
    recipient_notices,
    restrictions,
)

_Kind = PrivacyRequest.Kind


class BadCorrection(DomainError):
    """A value of the correction can't be: a birthday is a date (YYYY-MM-DD)."""

    code = "bad_correction"


@dataclass(frozen=True)
class _Deed:
    """One request being carried out, locked."""

    request: PrivacyRequest
    member_id: int
    actor_id: int | None
    at: datetime


def carry_out(*, request_id: int, at: datetime, actor_id: int | None = None) -> PrivacyRequest:
    """The request, done.

    Raises: NotFound, also for kinds that a second person must approve; AlreadyDecided;
    IdentityUnchecked; BadCorrection; MemberErased.
    """
    with transaction.atomic():
        kind = privacy_requests.lock(request_id).kind
        do = _DEEDS.get(kind)
        if do is None:
            raise NotFound
        request = privacy_requests.lock_verified(request_id, kind)
        result = do(_Deed(request, privacy_requests.person_id(request), actor_id, at))
        return privacy_requests.close(
            request,
            state=PrivacyRequest.State.DONE,
            actor_id=actor_id,
            at=at,
            result=result,
        )


def _correct(deed: _Deed) -> Mapping[str, Any]:
    """Whoever got the wrong data is to be told."""
    changes = _changes(deed.request.details or {})
    members.update(
        member_id=deed.member_id,
        changes=changes,
        at=deed.at,
        actor_id=deed.actor_id,
        source="privacy",
        is_correction=True,
    )
    notices = recipient_notices.open_notices(
        request=deed.request, member_ids=[deed.member_id], at=deed.at
    )
    return {"fields": sorted(changes), "recipients": len(notices)}


def _restrict(deed: _Deed) -> Mapping[str, Any]:
    restrictions.restrict(member_id=deed.member_id, at=deed.at, actor_id=deed.actor_id)
    return {}


def _lift(deed: _Deed) -> Mapping[str, Any]:
    restrictions.lift(member_id=deed.member_id, at=deed.at, actor_id=deed.actor_id)
    return {}


def _end_profiling(deed: _Deed) -> Mapping[str, Any]:
    profiling.refuse(member_id=deed.member_id, at=deed.at, actor_id=deed.actor_id)
    return {}


_DEEDS: dict[str, Callable[[_Deed], Mapping[str, Any]]] = {
    _Kind.CORRECTION: _correct,
    _Kind.RESTRICTION: _restrict,
    _Kind.LIFT_RESTRICTION: _lift,
    _Kind.NO_PROFILING: _end_profiling,
}


def _changes(details: Mapping[str, Any]) -> dict[str, Any]:
    changes = {name: details[name] for name in privacy_requests.CORRECTABLE if name in details}
    if isinstance(changes.get("birthday"), str):
        try:
            changes["birthday"] = date.fromisoformat(changes["birthday"])
        except ValueError:
            raise BadCorrection from None
    return changes
