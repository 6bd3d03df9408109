"""Operations on many members: made, previewed, run and undone as one thing.

The work itself is in `operation_previews`, `operation_runs` and `operation_undos`, which run as
jobs. Source: docs/algorithms/operations.md.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import transaction

from loyalty.models import Operation, OperationUpload
from loyalty.services import adjustment_limits
from members.errors import DomainError, NotFound, ReasonRequired
from members.models import ApprovalRequest, Job, User
from members.services import approvals, audit, jobs

ACTION = "loyalty.operation.run"
PREVIEW, RUN, UNDO = (f"loyalty.operation.{deed}" for deed in ("preview", "run", "undo"))
MOST_ROWS = 200_000
_State = Operation.State
_ENDED = (Job.State.DONE, Job.State.FAILED, Job.State.CANCELED)


class NotInThatState(DomainError):
    """The operation is not at the step that this needs."""

    code = "operation_not_in_that_state"
    status = 409


class NothingToDo(DomainError):
    """No row of the operation can be run: mend the list and make a new one."""

    code = "nothing_to_do"


class TooManyRows(DomainError):
    """A list holds at most 200,000 rows: split it."""

    code = "too_many_rows"


class ColumnsMissing(DomainError):
    """The first row must name the columns: card, phone or external_id, and points."""

    code = "columns_missing"


class OperationIncomplete(DomainError):
    """Points, or the new expiry, are missing for this kind of operation."""

    code = "operation_incomplete"


@dataclass(frozen=True, kw_only=True)
class Draft:
    """What somebody wants to do for many. `rows`: a list's rows, the first one the headings;
    without it `audience` says for whom: {"tag": code}, {"tier": code} or {"all": true}."""

    kind: str
    reason: str
    audience: dict[str, Any] = field(default_factory=dict)
    rows: Sequence[Sequence[str]] | None = None
    points: int | None = None
    expires_at: datetime | None = None
    expiring_before_at: datetime | None = None


@dataclass(frozen=True)
class Started:
    """The operation as it is now, and the request if it needs a second person."""

    operation: Operation
    approval: ApprovalRequest | None = None


@transaction.atomic
def create(*, draft: Draft, actor: User, at: datetime) -> Operation:
    """A draft whose preview begins at once, as a job.

    Raises: ReasonRequired, OperationIncomplete, TooManyRows.
    """
    if not draft.reason.strip():
        raise ReasonRequired
    _check(draft, at)
    operation = Operation.objects.create(
        kind=draft.kind,
        reason=draft.reason.strip(),
        audience=draft.audience if draft.rows is None else {"members": "list"},
        points=draft.points,
        expires_at=draft.expires_at,
        expiring_before_at=draft.expiring_before_at,
        created_by=actor,
        created_at=at,
    )
    if draft.rows is not None:
        rows = [list(row) for row in draft.rows]
        OperationUpload.objects.create(operation=operation, rows=rows, created_at=at)
    _begin(operation, PREVIEW, actor.pk, at)
    audit.record(
        action="operation.create", at=at, actor_id=actor.pk, details={"operation": operation.pk}
    )
    return operation


def _check(draft: Draft, at: datetime) -> None:
    is_extension = draft.kind == Operation.Kind.EXTEND
    if draft.rows is None and (is_extension or draft.points) and not draft.audience:
        raise OperationIncomplete(missing="audience")
    if draft.rows is not None and len(draft.rows) > MOST_ROWS + 1:
        raise TooManyRows(rows=len(draft.rows) - 1)
    if is_extension and draft.expires_at is None:
        raise OperationIncomplete(missing="expires_at")
    if not is_extension and draft.rows is None and not draft.points:
        raise OperationIncomplete(missing="points")
    if draft.expires_at is not None and draft.expires_at <= at:
        raise OperationIncomplete(missing="expires_at in the future")


@transaction.atomic
def start(*, operation_id: int, reason: str, actor: User, at: datetime) -> Started:
    """Runs what was previewed, or asks a second person: when all its points together are more
    than the actor may adjust alone. A request that was turned down can be made again.

    Raises: NotFound, NotInThatState, NothingToDo.
    """
    operation = _locked(operation_id)
    if operation.state == _State.WAITING and not _is_waiting(operation):
        operation.state = _State.PREVIEWED
    if operation.state != _State.PREVIEWED:
        raise NotInThatState(state=operation.state)
    if not operation.members_count:
        raise NothingToDo
    if operation.total_points > adjustment_limits.limit_of(actor):
        operation.state = _State.WAITING
        operation.save(update_fields=["state"])
        return Started(operation, _ask(operation, reason or operation.reason, actor, at))
    _run(operation, actor.pk, at)
    return Started(operation)


def _ask(operation: Operation, reason: str, maker: User, at: datetime) -> ApprovalRequest:
    ask = approvals.Ask(
        action=ACTION,
        summary=f"{operation.kind} {operation.total_points:,} / {operation.members_count:,}",
        payload={
            "kind": operation.kind,
            "members": operation.members_count,
            "points": operation.total_points,
            "reason": operation.reason,
        },
        target_type="loyalty.operation",
        target_id=operation.pk,
    )
    return approvals.request(ask=ask, reason=reason, maker=maker, at=at)


def run_approved(request: ApprovalRequest, at: datetime) -> None:
    """Begins the run, in the transaction of the approval."""
    _run(_locked(request.target_id or 0), request.maker_id, at)


def version_of_target(request: ApprovalRequest) -> str:
    """What the maker saw; a preview doesn't change, so it is the same or the operation ran."""
    found = Operation.objects.filter(pk=request.target_id or 0).first()
    if found is None:
        return ""
    return f"{found.state}/{found.members_count}/{found.total_points}"


@transaction.atomic
def go_on(*, operation_id: int, actor: User, at: datetime) -> Operation:
    """Goes on with what was canceled or failed: only rows that are not done yet are touched.

    Raises: NotFound, NotInThatState: its job still works, or there is nothing to go on with.
    """
    operation = _locked(operation_id)
    deeds = {_State.DRAFT: PREVIEW, _State.RUNNING: RUN, _State.UNDOING: UNDO}
    deed = deeds.get(_State(operation.state))
    job = operation.undo_job if deed == UNDO else operation.job
    if deed is None or job is None or job.state not in _ENDED:
        raise NotInThatState(state=operation.state)
    _begin(operation, deed, actor.pk, at, **_choices(job))
    return operation


def _choices(job: Job) -> dict[str, Any]:
    return {name: value for name, value in job.params.items() if name != "operation"}


@transaction.atomic
def undo(*, operation_id: int, owes: bool, reason: str, actor: User, at: datetime) -> Operation:
    """Takes back what was done, by compensating entries, as a job. `owes`: points of a grant that
    were spent meanwhile become a debt; else they stay with the members.

    Raises: NotFound, ReasonRequired, NotInThatState: it has not run, or its job still works.
    """
    if not reason.strip():
        raise ReasonRequired
    operation = _locked(operation_id)
    is_stopped = operation.state == _State.RUNNING and (
        operation.job is not None and operation.job.state in _ENDED
    )
    if operation.state != _State.DONE and not is_stopped:
        raise NotInThatState(state=operation.state)
    operation.state = _State.UNDOING
    _begin(operation, UNDO, actor.pk, at, owes=owes)
    audit.record(
        action="operation.undo",
        at=at,
        actor_id=actor.pk,
        reason=reason.strip(),
        details={"operation": operation.pk, "owes": owes},
    )
    return operation


def _run(operation: Operation, actor_id: int, at: datetime) -> None:
    operation.state = _State.RUNNING
    _begin(operation, RUN, actor_id, at)
    audit.record(
        action="operation.run", at=at, actor_id=actor_id, details={"operation": operation.pk}
    )


def _begin(operation: Operation, kind: str, actor_id: int, at: datetime, **params: Any) -> None:
    job = jobs.enqueue(
        kind=kind,
        params={"operation": operation.pk, **params},
        at=at,
        requested_by_id=actor_id,
        total=operation.members_count or None,
    )
    if kind == UNDO:
        operation.undo_job = job
    else:
        operation.job = job
    operation.save(update_fields=["state", "job", "undo_job"])


def _locked(operation_id: int) -> Operation:
    found = Operation.objects.select_for_update().filter(pk=operation_id).first()
    if found is None:
        raise NotFound
    return found


def _is_waiting(operation: Operation) -> bool:
    return ApprovalRequest.objects.filter(
        action=ACTION, target_id=operation.pk, status=ApprovalRequest.Status.PENDING
    ).exists()
