"""Reports of channels that send messages themselves, by our id of the message."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from campaigns.models import Delivery
from campaigns.rules import receipts as rules
from campaigns.services import receipts
from campaigns.services.receipts import Result, Told
from members.errors import DomainError
from members.selectors.scopes import Scope

UNKNOWN = "unknown"


class ReceiptBatchTooLarge(DomainError):
    """At most 500 reports come in one batch."""

    code = "batch_too_large"


@dataclass(frozen=True, kw_only=True, slots=True)
class Reported:
    """One report. `detail` is a code; (the channel's source, `external_id`) its key."""

    external_id: str
    message: UUID
    kind: str
    occurred_at: datetime
    detail: str = ""
    is_permanent: bool = False
    is_machine: bool = False


@dataclass(frozen=True, kw_only=True)
class Reporter:
    """Which channel reports, and members of which stores it serves."""

    source: str
    scope: Scope


def record(*, reports: Sequence[Reported], reporter: Reporter, at: datetime) -> list[str]:
    """A result for each report, in order: those of `receipts.Result`, or `unknown` for a message
    that there is not, or that is another store's.

    Raises: ReceiptBatchTooLarge.
    """
    if len(reports) > receipts.MOST_AT_ONCE:
        raise ReceiptBatchTooLarge(given=len(reports), most=receipts.MOST_AT_ONCE)
    ids = _ids({one.message for one in reports}, reporter.scope)
    known = [one for one in reports if one.message in ids]
    told = [_told(one, ids[one.message], reporter.source) for one in known]
    found = iter(receipts.record(told=told, at=at))
    return [next(found).value if one.message in ids else UNKNOWN for one in reports]


def status_of(result: str) -> int:
    """What HTTP would say of one result."""
    return _STATUSES[result]


def _ids(uids: set[UUID], scope: Scope) -> dict[UUID, int]:
    rows = scope.narrow(Delivery.objects.filter(uid__in=uids), path="member__store")
    return dict(rows.values_list("uid", "pk"))


def _told(one: Reported, delivery_id: int, source: str) -> Told:
    is_bounce = one.kind == rules.BOUNCED
    detail = rules.bounce_detail(one.detail, is_permanent=one.is_permanent)
    return Told(
        delivery_id=delivery_id,
        kind=one.kind,
        source=source[:40],
        external_id=one.external_id,
        occurred_at=one.occurred_at,
        detail=detail if is_bounce else one.detail,
        is_machine=one.is_machine,
    )


_STATUSES = {
    Result.RECORDED: 201,
    Result.REPEATED: 200,
    Result.CONFLICT: 409,
    Result.NOT_SENT: 409,
    UNKNOWN: 404,
}
