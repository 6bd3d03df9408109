"""Runs an operation: 500 rows in a transaction, each row once however often it is tried."""

from datetime import datetime

from django.db import transaction
from django.db.models import Count, Q, Sum

from loyalty.events import PointsExtended, PointsGranted
from loyalty.models import Operation, OperationRow
from loyalty.rules import calendar
from loyalty.rules import operations as rules
from loyalty.rules.entries import Document
from loyalty.selectors import operations as selector
from loyalty.services import accounts, points, programs
from loyalty.services.posting import Posting
from loyalty.services.programs import Terms
from loyalty.services.states import State, sequence
from members.services.jobs import RunningJob

CHUNK = 500
ERASED = "erased"
_Row = OperationRow.State
_OPENING = "opening"


def run(job: RunningJob, at: datetime) -> None:
    """The job. It may be canceled between chunks, and gone on with."""
    operation = Operation.objects.select_related("created_by").get(pk=job.params["operation"])
    while True:
        job.go_on()
        with transaction.atomic():
            done = _chunk(operation, job.instant())
            if not done:
                break
            job.progress(cursor={}, done=done)
    with transaction.atomic():
        _close(operation)
        job.progress(cursor={}, done=0)
    job.result(**selector.reconciliation(operation=operation).figures())


def _chunk(operation: Operation, at: datetime) -> int:
    """How many rows were settled, done or refused. A second worker waits at these rows, and
    then finds them done."""
    rows = list(
        OperationRow.objects.select_for_update()
        .filter(operation=operation, state=_Row.READY)
        .order_by("number")[:CHUNK]
    )
    if not rows:
        return 0
    owners = selector.survivors(member_ids=[row.member_id or 0 for row in rows])
    states = accounts.lock(member_ids=sorted(set(owners.values())))
    batch = Posting(at=at, actor_id=operation.created_by_id)
    terms = programs.current()
    for row in rows:
        owner = owners.get(row.member_id or 0)
        if owner is None:
            row.state, row.error, row.points = _Row.REFUSED, ERASED, 0
        else:
            row.state = _Row.DONE
            _settle(operation, row, states[owner], batch, terms)
    points.write(batch, sequence(states))
    OperationRow.objects.bulk_update(rows, ["state", "error", "points"])
    return len(rows)


def _settle(
    operation: Operation, row: OperationRow, state: State, batch: Posting, terms: Terms
) -> None:
    state.ledger.settle(batch.at)
    state.is_changed = True
    if operation.kind == Operation.Kind.EXTEND:
        _extend(operation, row, state, batch, terms)
    else:
        _grant(operation, row, state, batch, terms)


def _grant(
    operation: Operation, row: OperationRow, state: State, batch: Posting, terms: Terms
) -> None:
    reason = _OPENING if operation.kind == Operation.Kind.OPENING else operation.reason
    state.ledger.earn(
        row.points,
        document=Document(
            "OPERATION",
            operation.pk,
            f"operation:{operation.pk}:{row.number}",
            batch.at,
            operation.created_by_id,
        ),
        reason=reason[:40],
        activates_at=batch.at,
        expires_at=row.expires_at or calendar.expiry(batch.at, terms.validity, terms.zone),
        at=batch.at,
        # A life of its own is no activity's to lengthen.
        is_sliding=terms.validity_slides and row.expires_at is None,
    )
    told = PointsGranted(operation=operation.pk, points=row.points, reason=reason[:40])
    batch.tell(told, member_id=state.member_id, occurred_at=batch.at)


def _extend(
    operation: Operation, row: OperationRow, state: State, batch: Posting, terms: Terms
) -> None:
    """What was spent or lapsed since the preview is no longer extended: the row says how many
    points were."""
    assert row.expires_at is not None
    lots = rules.extendable(
        state.ledger.lots,
        expires_at=row.expires_at,
        before_at=operation.expiring_before_at,
        at=batch.at,
    )
    row.points = rules.extend(
        state.ledger, lots, expires_at=row.expires_at, operation_id=operation.pk
    )
    if row.points:
        last_on = calendar.last_day(row.expires_at, terms.zone).isoformat()
        told = PointsExtended(operation=operation.pk, points=row.points, last_on=last_on)
        batch.tell(told, member_id=state.member_id, occurred_at=batch.at)


def _close(operation: Operation) -> None:
    """The figures of what was done, where a row was refused or found less at last."""
    sums = OperationRow.objects.filter(operation=operation).aggregate(
        members=Count("pk", filter=Q(state=_Row.DONE)),
        points=Sum("points", filter=Q(state=_Row.DONE), default=0),
        refused=Count("pk", filter=Q(state=_Row.REFUSED)),
    )
    Operation.objects.filter(pk=operation.pk, state=Operation.State.RUNNING).update(
        state=Operation.State.DONE,
        members_count=sums["members"],
        total_points=sums["points"],
        refused_count=sums["refused"],
    )
    operation.refresh_from_db()
