"""Undoes an operation by compensating entries: 500 rows in a transaction, each row once."""

from collections.abc import Collection
from datetime import datetime

from django.db import transaction

from loyalty.events import PointsExtensionUndone, PointsGrantUndone
from loyalty.models import LedgerEntry, Lot, LotExtension, Operation, OperationRow
from loyalty.rules import lots as lot_rules
from loyalty.rules import operations as rules
from loyalty.rules.entries import Document
from loyalty.selectors import operations as selector
from loyalty.services import accounts, points
from loyalty.services.posting import Posting
from loyalty.services.states import State, sequence
from members.services.jobs import RunningJob

CHUNK = 500
REASON = "operation_undone"
_Row = OperationRow.State
# A lot's end before the extension and after it, by lot.
Ends = dict[int, tuple[datetime | None, datetime | None]]


def run(job: RunningJob, at: datetime) -> None:
    """The job. It may be canceled between chunks, and gone on with."""
    operation = Operation.objects.get(pk=job.params["operation"])
    is_extension = operation.kind == Operation.Kind.EXTEND
    while True:
        job.go_on()
        with transaction.atomic():
            rows = list(
                OperationRow.objects.select_for_update()
                .filter(operation=operation, state=_Row.DONE)
                .order_by("number")[:CHUNK]
            )
            if not rows:
                break
            batch = Posting(at=job.instant(), actor_id=job.requested_by_id)
            if is_extension:
                _shorten(operation, rows, batch)
            else:
                _take_back(operation, rows, batch, owes=bool(job.params.get("owes")))
            OperationRow.objects.bulk_update(rows, ["state", "undone_points"])
            job.progress(cursor={}, done=len(rows))
    _close(operation)
    job.result(**selector.undone(operation=operation))


def _take_back(
    operation: Operation, rows: list[OperationRow], batch: Posting, *, owes: bool
) -> None:
    granted = _granted(operation, rows)
    members = sorted({lot.member_id for lot in granted.values()})
    states = accounts.lock(member_ids=members, includes_erased=True)
    # Read again behind the lock: a till may have spent of it meanwhile.
    found = {lot.pk: lot for lot in Lot.objects.filter(pk__in=[one.pk for one in granted.values()])}
    for row in rows:
        row.state = _Row.UNDONE
        lot = found.get(granted[row.number].pk) if row.number in granted else None
        if lot is not None:
            _take_back_one(operation, row, lot, states[lot.member_id], batch, owes=owes)
    points.write(batch, sequence(states))


def _granted(operation: Operation, rows: list[OperationRow]) -> dict[int, Lot]:
    """The lots that the rows made, by row number; a merge may have moved them on."""
    keys = {f"operation:{operation.pk}:{row.number}:earn": row.number for row in rows}
    entries = LedgerEntry.objects.filter(key__in=keys).values_list("pk", "key", "member_id")
    numbers = {pk: keys[key] for pk, key, _member_id in entries}
    owners = selector.survivors(member_ids=[member_id for _pk, _key, member_id in entries])
    lots = Lot.objects.filter(entry_id__in=numbers, member_id__in=owners.values())
    return {numbers[lot.entry_id]: lot for lot in lots}


def _take_back_one(
    operation: Operation,
    row: OperationRow,
    stored: Lot,
    state: State,
    batch: Posting,
    *,
    owes: bool,
) -> None:
    ledger = state.ledger
    ledger.settle(batch.at)
    lot = next((one for one in ledger.lots if one.id == stored.pk), None) or _spent(stored)
    taken = rules.take_back(
        ledger,
        lot,
        document=Document(
            "OPERATION",
            operation.pk,
            f"operation:{operation.pk}:{row.number}:undo",
            batch.at,
            batch.actor_id,
        ),
        reason=REASON,
        at=batch.at,
        owes=owes,
    )
    state.is_changed = True
    row.undone_points = taken.taken + taken.debt
    told = PointsGrantUndone(
        operation=operation.pk, points=row.undone_points, debt_points=taken.debt
    )
    batch.tell(told, member_id=state.member_id, occurred_at=batch.at)


def _spent(stored: Lot) -> lot_rules.Lot:
    """A lot of which nothing remains: it isn't among the open ones."""
    return lot_rules.Lot(
        id=stored.pk,
        earned=stored.earned_points,
        remaining=0,
        activates_at=stored.activates_at,
        expires_at=stored.expires_at,
        expired=stored.expired_points,
        clawed=stored.clawed_points,
    )


def _shorten(operation: Operation, rows: list[OperationRow], batch: Posting) -> None:
    owners = selector.survivors(member_ids=[row.member_id or 0 for row in rows])
    states = accounts.lock(member_ids=sorted(set(owners.values())), includes_erased=True)
    # Who was merged since is named by the retired id.
    ends = _ends(operation, {*owners, *owners.values()})
    for row in rows:
        row.state = _Row.UNDONE
        owner = owners.get(row.member_id or 0)
        if owner is None:
            continue
        state = states[owner]
        state.ledger.settle(batch.at)
        moved, expired = rules.shorten(state.ledger, ends, operation_id=operation.pk, at=batch.at)
        state.is_changed = True
        row.undone_points = moved
        told = PointsExtensionUndone(operation=operation.pk, points=moved, expired_points=expired)
        batch.tell(told, member_id=owner, occurred_at=batch.at)
    points.write(batch, sequence(states))


def _ends(operation: Operation, member_ids: Collection[int]) -> Ends:
    moved = LotExtension.objects.filter(
        operation_id=operation.pk,
        member_id__in=member_ids,
        reason=LotExtension.Reason.OPERATION,
    )
    return {one.lot_id: (one.before_at, one.after_at) for one in moved}


def _close(operation: Operation) -> None:
    with transaction.atomic():
        # What was never done needs no undoing, and isn't done any more.
        OperationRow.objects.filter(operation=operation, state=_Row.READY).update(
            state=_Row.REFUSED, error="undone_before"
        )
        Operation.objects.filter(pk=operation.pk, state=Operation.State.UNDOING).update(
            state=Operation.State.UNDONE
        )
    operation.refresh_from_db()
