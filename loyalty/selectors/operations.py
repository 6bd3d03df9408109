"""What became of operations on many members."""

import csv
import io
from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict, dataclass
from typing import Any

from django.db import connection
from django.db.models import OuterRef, QuerySet, Subquery, Sum

from loyalty.models import Operation, OperationRow
from members.models import Member

_ALIVE = (Member.State.ACTIVE, Member.State.RESTRICTED)
# Cells that a spreadsheet would take for a formula, also in wide letters.
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")

# By the unique key of each row's entry: the ledger has no index on documents.
_POSTED = """
SELECT count(*), coalesce(sum(e.points), 0)
FROM loyalty_operationrow r
JOIN loyalty_ledgerentry e ON e.key = 'operation:' || r.operation_id || ':' || r.number || ':earn'
WHERE r.operation_id = %s
"""
# By member, as extensions are indexed.
_EXTENDED = """
SELECT count(*) FROM loyalty_operationrow r
WHERE r.operation_id = %s AND r.state = 'DONE' AND EXISTS (
    SELECT FROM loyalty_lotextension x
    LEFT JOIN members_member m ON m.id = r.member_id
    WHERE x.member_id IN (r.member_id, m.merged_into_id)
      AND x.operation_id = r.operation_id AND x.reason = 'OPERATION')
"""


@dataclass(frozen=True)
class Reconciliation:
    """What the rows say and what the ledger says; they are the same, or something is wrong."""

    rows: int
    points: int
    entries: int
    entry_points: int

    @property
    def agrees(self) -> bool:
        return (self.rows, self.points) == (self.entries, self.entry_points)

    def figures(self) -> dict[str, Any]:
        return {**asdict(self), "agrees": self.agrees}


def reconciliation(*, operation: Operation) -> Reconciliation:
    """Of a run: rows done against entries. An extension has no entries: the rows that found lots
    against the members whose lots it moved."""
    done = OperationRow.objects.filter(
        operation=operation, state=OperationRow.State.DONE, points__gt=0
    )
    rows, points = done.count(), done.aggregate(points=Sum("points", default=0))["points"]
    is_extension = operation.kind == Operation.Kind.EXTEND
    with connection.cursor() as cursor:
        cursor.execute(_EXTENDED if is_extension else _POSTED, [operation.pk])
        entries, entry_points = (*cursor.fetchone(), points)[:2]
    return Reconciliation(rows, points, int(entries), int(entry_points))


def undone(*, operation: Operation) -> dict[str, int]:
    """How many rows were undone, and their points."""
    rows = OperationRow.objects.filter(operation=operation, state=OperationRow.State.UNDONE)
    points: int = rows.aggregate(points=Sum("undone_points", default=0))["points"]
    return {"rows": rows.count(), "points": points}


def survivors(*, member_ids: Iterable[int]) -> dict[int, int]:
    """For whom these ids stand now: merged ones for their survivors; erased ones are left out."""
    found = Member.objects.filter(pk__in=list(member_ids)).values_list(
        "pk", "state", "merged_into_id", "merged_into__state"
    )
    owners = {}
    for pk, state, merged_into_id, other_state in found:
        owner, owner_state = (merged_into_id, other_state) if merged_into_id else (pk, state)
        if owner_state in _ALIVE:
            owners[pk] = owner
    return owners


def with_cards(rows: QuerySet[OperationRow]) -> QuerySet[OperationRow]:
    """The rows, each with its member's card number as `card`."""
    cards = Member.objects.filter(pk=OuterRef("member_id")).values("card_number")
    return rows.annotate(card=Subquery(cards))


def refused_csv(*, operation: Operation, say: Callable[[str], str]) -> Iterator[str]:
    """Lines of a CSV file: the number of each refused row, and what is wrong, said by `say`.
    What names the member isn't kept, and so isn't in it."""
    yield _line(["row", "code", "what_is_wrong"])
    rows = OperationRow.objects.filter(operation=operation, state=OperationRow.State.REFUSED)
    for number, error in rows.order_by("number").values_list("number", "error").iterator():
        yield _line([str(number), error, say(error)])


def _line(cells: list[str]) -> str:
    text = io.StringIO()
    csv.writer(text).writerow([safe(cell) for cell in cells])
    return text.getvalue()


def safe(cell: str) -> str:
    """The cell as text also where it begins like a formula."""
    return f"'{cell}" if cell.startswith(_FORMULA) else cell
