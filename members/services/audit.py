"""Who did or saw what, and why: never the value itself."""

from collections.abc import Collection
from datetime import datetime
from typing import Any

from django.db.models import QuerySet

from members.models import AuditRecord, ChangeRecord
from members.registry import changes as tracked
from members.services import changes


def record(
    *,
    action: str,
    at: datetime,
    actor_id: int | None = None,
    client_id: int | None = None,
    member_id: int | None = None,
    reason: str = "",
    details: dict[str, Any] | None = None,
) -> AuditRecord:
    """One line of the audit trail, in the caller's transaction. `action` is `noun.verb`; request
    and address are those of the door that is open."""
    origin = changes.current()
    return AuditRecord.objects.create(
        action=action,
        occurred_at=at,
        actor_id=actor_id,
        client_id=client_id,
        member_id=member_id,
        reason=reason,
        details=details or {},
        request_id=origin.request_id,
        address=origin.address,
    )


def forget(*, member_ids: Collection[int]) -> dict[str, int]:
    """Empties, in both trails, why something was done with members who are erased, and from which
    address they did something themselves; gives how many rows by table. Who did what, and when,
    stays. Their keys must be destroyed before: the database lets nothing else through."""
    rows = ChangeRecord.objects.filter(
        table__in=tracked.tables_of("members_member"), row_id__in=[str(pk) for pk in member_ids]
    )
    return {
        "members_auditrecord": _empty(AuditRecord.objects.filter(member_id__in=member_ids)),
        "members_changerecord": _empty(rows),
    }


def _empty(rows: QuerySet[Any]) -> int:
    # No operator: it was the member, by an app.
    rows.filter(actor=None).exclude(address="").update(address="")
    return rows.exclude(reason="").update(reason="")
