"""Four eyes: one person asks, another one decides, and what was asked for happens in that act."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction

from members.errors import (
    AlreadyDecided,
    DomainError,
    NotFound,
    ReasonRequired,
    SameChecker,
    StaleTarget,
)
from members.models import ApprovalRequest, User
from members.registry import panels
from members.services import audit, changes

WAITS = timedelta(days=7)
MAY_DECIDE = "members.decide_approvalrequest"
_Status = ApprovalRequest.Status


class MayNotDecide(DomainError):
    """You may not decide approval requests."""

    code = "may_not_decide"
    status = 403


class NotYours(DomainError):
    """Only who asked can withdraw a request."""

    code = "not_yours"
    status = 403


class RequestExpired(DomainError):
    """The request waited too long; ask again."""

    code = "request_expired"
    status = 409


@dataclass(frozen=True, kw_only=True)
class Ask:
    """What is asked for. `payload` is sealed; `summary` is shown in lists: no personal data."""

    action: str
    summary: str
    payload: dict[str, Any]
    member_id: int | None = None
    target_type: str = ""
    target_id: int | None = None


def request(*, ask: Ask, reason: str, maker: User, at: datetime) -> ApprovalRequest:
    """The waiting request; it remembers the version of its target that the maker saw.

    Raises: ReasonRequired; KeyError, for an action that nobody executes.
    """
    if not reason.strip():
        raise ReasonRequired
    executor = panels.EXECUTORS[ask.action]
    row = ApprovalRequest(
        action=ask.action,
        member_id=ask.member_id,
        target_type=ask.target_type,
        target_id=ask.target_id,
        summary=ask.summary,
        payload=ask.payload,
        reason=reason.strip(),
        maker=maker,
        created_at=at,
        expires_at=at + WAITS,
    )
    with transaction.atomic():
        row.target_version = executor.version(row)
        row.save()
        _note(row, "approval.request", maker, at)
    return row


def approve(*, request_id: int, checker: User, at: datetime, note: str = "") -> ApprovalRequest:
    """The request, approved and executed in one transaction.

    Raises: SameChecker, MayNotDecide, AlreadyDecided, NotFound; RequestExpired and StaleTarget,
    which the request then says itself; whatever the executor refuses: then it waits on.
    """

    def execute(row: ApprovalRequest) -> DomainError | None:
        executor = panels.EXECUTORS[row.action]
        if executor.version(row) != row.target_version:
            _close(row, _Status.STALE, None, at, note)
            return StaleTarget()
        _close(row, _Status.APPROVED, checker, at, note)
        with changes.because(reason=_told_reason(row), approval=row.uid):
            executor.run(row, at)
        return None

    return _decide(request_id, checker, at, execute)


def reject(*, request_id: int, checker: User, at: datetime, note: str) -> ApprovalRequest:
    """The request, rejected; the note tells the maker why.

    Raises: ReasonRequired, and as `approve`.
    """
    if not note.strip():
        raise ReasonRequired

    def refuse(row: ApprovalRequest) -> None:
        _close(row, _Status.REJECTED, checker, at, note.strip())

    return _decide(request_id, checker, at, refuse)


def withdraw(*, request_id: int, maker: User, at: datetime) -> ApprovalRequest:
    """The request, taken back by who asked.

    Raises: NotYours, AlreadyDecided, NotFound.
    """
    with transaction.atomic():
        row = _lock(request_id)
        if row.maker_id != maker.pk:
            raise NotYours
        _close(row, _Status.WITHDRAWN, None, at, "")
        _note(row, "approval.withdraw", maker, at)
    return row


def expire(*, at: datetime) -> int:
    """How many waiting requests ran out of time."""
    with transaction.atomic():
        late = ApprovalRequest.objects.filter(status=_Status.PENDING, expires_at__lte=at)
        rows = list(late.select_for_update(skip_locked=True).order_by("pk"))
        for row in rows:
            _close(row, _Status.EXPIRED, None, at, "")
    return len(rows)


def _decide(
    request_id: int,
    checker: User,
    at: datetime,
    decide: Callable[[ApprovalRequest], DomainError | None],
) -> ApprovalRequest:
    if not checker.has_perm(MAY_DECIDE):
        raise MayNotDecide
    with transaction.atomic():
        row = _lock(request_id)
        if row.maker_id == checker.pk:
            raise SameChecker
        if row.expires_at <= at:
            _close(row, _Status.EXPIRED, None, at, "")
            refusal: DomainError | None = RequestExpired()
        else:
            refusal = decide(row)
        _note(row, f"approval.{row.status.lower()}", checker, at)
    # Raised after the commit: that it is stale or too late stays written.
    if refusal is not None:
        raise refusal
    return row


def _lock(request_id: int) -> ApprovalRequest:
    row = ApprovalRequest.objects.select_for_update().filter(pk=request_id).first()
    if row is None:
        raise NotFound
    if row.status != _Status.PENDING:
        raise AlreadyDecided
    return row


def _close(
    row: ApprovalRequest, status: str, checker: User | None, at: datetime, note: str
) -> None:
    row.status = status
    row.checker = checker
    row.decided_at = at
    row.note = note
    row.save(update_fields=["status", "checker", "decided_at", "note"])
    refused = panels.EXECUTORS[row.action].refused if row.action in panels.EXECUTORS else None
    if refused is not None and status != _Status.APPROVED:
        refused(row, at)


def _note(row: ApprovalRequest, action: str, actor: User, at: datetime) -> None:
    audit.record(
        action=action,
        at=at,
        actor_id=actor.pk,
        member_id=row.member_id,
        reason=_told_reason(row),
        details={"request": str(row.uid), "action": row.action},
    )


def _told_reason(row: ApprovalRequest) -> str:
    """What the trails say. About a member it is said in the request alone, where the erasure of
    whoever it concerns empties it: of two cards it may be the other one."""
    return "" if row.member_id else row.reason
