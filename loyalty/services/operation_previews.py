"""The preview of an operation: who gets what, what is wrong with which row, and the totals."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Count, Q, QuerySet, Sum

from loyalty.models import Account, Lot, Operation, OperationRow, OperationUpload
from loyalty.rules import calendar
from loyalty.rules import operations as rules
from loyalty.rules.operations import Sent
from loyalty.services import operations, programs
from members.models import Member, MemberTag
from members.selectors import identities
from members.services.jobs import RunningJob

CHUNK = 500
_DAY = timedelta(days=1)
_Row = OperationRow.State
# Stable codes of what is wrong; the console says them in words.
NO_POINTS, BAD_DAY, PAST_DAY, TWICE, NOTHING = (
    "points_wrong", "day_wrong", "day_past", "twice", "nothing_to_extend",
)  # fmt: skip


def run(job: RunningJob, at: datetime) -> None:
    """The job: rows in chunks, then the totals. It goes on where it stopped.

    Raises: operations.ColumnsMissing.
    """
    operation = Operation.objects.get(pk=job.params["operation"])
    source = _uploaded if "members" in operation.audience else _members
    for cursor, rows in source(operation, job.cursor):
        job.go_on()
        with transaction.atomic():
            OperationRow.objects.bulk_create(_judge(operation, rows, job.instant()))
            job.progress(cursor=cursor, done=len(rows))
    with transaction.atomic():
        _close(operation)
        job.progress(cursor=job.cursor, done=0)
    job.result(members=operation.members_count, points=operation.total_points)


Chunk = tuple[dict[str, Any], list[OperationRow]]


def _uploaded(operation: Operation, cursor: dict[str, Any]) -> Iterator[Chunk]:
    """Rows of the file. Numbers are those of the file's lines, the headings being line 1."""
    upload = OperationUpload.objects.filter(operation=operation).first()
    lines = upload.rows if upload else []
    places = rules.columns(lines[0]) if lines else {}
    has_points = operation.points or operation.kind == Operation.Kind.EXTEND
    if not set(rules.KINDS) & places.keys() or not (has_points or "points" in places):
        raise operations.ColumnsMissing(found=sorted(places))
    begin = cursor.get("line", 1)
    for start in range(begin, len(lines), CHUNK):
        part = [
            rules.sent(number + 1, lines[number], places)
            for number in range(start, min(start + CHUNK, len(lines)))
            if lines[number]
        ]
        yield {"line": start + CHUNK}, _read(operation, part)


def _read(operation: Operation, part: Sequence[Sent]) -> list[OperationRow]:
    owners = identities.member_ids([(one.kind, one.value, one.issuer) for one in part])
    return [_row(operation, one, owner) for one, owner in zip(part, owners, strict=True)]


def _row(operation: Operation, sent: Sent, owner: int | str) -> OperationRow:
    row = OperationRow(operation=operation, number=sent.number, expires_at=operation.expires_at)
    if isinstance(owner, str):
        return _refused(row, owner)
    row.member_id = owner
    points = rules.points_of(sent.points, operation.points)
    if points is None and operation.kind != Operation.Kind.EXTEND:
        return _refused(row, NO_POINTS)
    row.points = points or 0
    if sent.last_on:
        try:
            ends_on = rules.day_of(sent.last_on) + _DAY
        except (ValueError, OverflowError):
            return _refused(row, BAD_DAY)
        row.expires_at = calendar.start_of_day(ends_on, programs.kept().zone)
    return row


def _members(operation: Operation, cursor: dict[str, Any]) -> Iterator[Chunk]:
    """Rows of an audience, in the order of member ids."""
    last, number = cursor.get("member", 0), cursor.get("number", 0)
    while True:
        found = _audience(operation).filter(member_id__gt=last).order_by("member_id")
        ids = list(found.values_list("member_id", flat=True)[:CHUNK])
        if not ids:
            return
        rows = [
            OperationRow(
                operation=operation,
                number=number + place,
                member_id=member_id,
                points=operation.points or 0,
                expires_at=operation.expires_at,
            )
            for place, member_id in enumerate(ids, 1)
        ]
        last, number = ids[-1], number + len(ids)
        yield {"member": last, "number": number}, rows


def _audience(operation: Operation) -> QuerySet[Account]:
    alive = (Member.State.ACTIVE, Member.State.RESTRICTED)
    accounts = Account.objects.filter(member__state__in=alive)
    if "tag" in operation.audience:
        bearers = MemberTag.objects.filter(tag__code=operation.audience["tag"])
        return accounts.filter(member_id__in=bearers.values("member_id"))
    if "tier" in operation.audience:
        return accounts.filter(tier__code=operation.audience["tier"])
    return accounts if operation.audience.get("all") is True else accounts.none()


def _judge(operation: Operation, rows: list[OperationRow], at: datetime) -> list[OperationRow]:
    """Each member once; days to come; lots that an extension finds."""
    seen = dict(
        OperationRow.objects.filter(
            operation=operation, member_id__in={row.member_id for row in rows if row.member_id}
        )
        .exclude(state=_Row.REFUSED)
        .values_list("member_id", "number")
    )
    for row in rows:
        if row.state == _Row.REFUSED:
            continue
        if row.member_id in seen:
            _refused(row, f"{TWICE}:{seen[row.member_id]}")
        elif row.expires_at is not None and row.expires_at <= at:
            _refused(row, PAST_DAY)
        else:
            seen[row.member_id] = row.number
    if operation.kind == Operation.Kind.EXTEND:
        _find_lots(operation, [row for row in rows if row.state == _Row.READY], at)
    return rows


def _find_lots(operation: Operation, rows: list[OperationRow], at: datetime) -> None:
    """How many points of each would live longer."""
    lots: dict[int, list[tuple[datetime, int]]] = {}
    found = Lot.objects.filter(
        member_id__in=[row.member_id for row in rows], is_open=True, expires_at__gt=at
    )
    if operation.expiring_before_at is not None:
        found = found.filter(expires_at__lte=operation.expiring_before_at)
    columns = ("member_id", "expires_at", "remaining_points")
    for member_id, end, points in found.values_list(*columns):
        if end is not None:
            lots.setdefault(member_id, []).append((end, points))
    for row in rows:
        until = row.expires_at
        own = lots.get(row.member_id or 0, ())
        row.points = sum(points for end, points in own if until is not None and end < until)
        if not row.points:
            _refused(row, NOTHING)


def _refused(row: OperationRow, error: str) -> OperationRow:
    row.state, row.error, row.points = _Row.REFUSED, error, 0
    return row


def _close(operation: Operation) -> None:
    """Totals; the file itself is no longer needed."""
    sums = OperationRow.objects.filter(operation=operation).aggregate(
        members=Count("pk", filter=Q(state=_Row.READY)),
        points=Sum("points", filter=Q(state=_Row.READY), default=0),
        refused=Count("pk", filter=Q(state=_Row.REFUSED)),
    )
    operation.members_count = sums["members"]
    operation.total_points = sums["points"]
    operation.refused_count = sums["refused"]
    operation.state = Operation.State.PREVIEWED
    operation.save(update_fields=["members_count", "total_points", "refused_count", "state"])
    OperationUpload.objects.filter(operation=operation).delete()
