"""Who did or saw what, and why: never the value itself."""

from datetime import datetime
from typing import Any

from members.models import AuditRecord
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
