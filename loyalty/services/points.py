"""Points apart from orders: adjustments by staff, grants, and lots that fall due."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction

from loyalty.errors import InsufficientPoints
from loyalty.events import PointsActivated, PointsAdjusted, PointsExpired, PointsRedeemed
from loyalty.models import Account, LedgerEntry
from loyalty.rules import calendar
from loyalty.rules.entries import Document
from loyalty.services import accounts, programs, states
from loyalty.services.posting import Posting
from loyalty.services.states import State
from members.errors import ReasonRequired
from members.ids import uuid7
from members.models import ApprovalRequest, User
from members.services import approvals, bell

# Points either way that each role may adjust alone; more is a request to a second person.
LIMITS = {"clerk": 0, "customer_service": 500, "store_manager": 2_000, "administrator": 10_000}
ACTION = "loyalty.points.adjust"


@dataclass(frozen=True)
class Adjusted:
    """The entry that was made, or the request for approval that it became."""

    entry: LedgerEntry | None = None
    approval: ApprovalRequest | None = None


def limit_of(actor: User) -> int:
    """How many points, either way, this person may adjust alone."""
    roles = actor.groups.values_list("name", flat=True)
    return max((LIMITS.get(role, 0) for role in roles), default=0)


def adjust(
    *,
    member_id: int,
    points: int,
    reason: str,
    note: str = "",
    actor: User,
    at: datetime,
    approval: ApprovalRequest | None = None,
    key: str = "",
) -> Adjusted:
    """Adds points (a new lot with the programme's validity) or takes them in spend order. Above
    the actor's limit it becomes a request. `key` makes a repeat harmless.

    Raises: ReasonRequired; InsufficientPoints, when fewer are available than are to be taken.
    """
    if not reason.strip():
        raise ReasonRequired
    if approval is None and abs(points) > limit_of(actor):
        return Adjusted(approval=_ask(member_id, points, reason, note, actor, at))
    document = Document(
        type="APPROVAL" if approval else "OPERATION",
        id=approval.pk if approval else None,
        key=key or (f"approval:{approval.pk}" if approval else f"adjust:{uuid7().hex}"),
        occurred_at=at,
        actor_id=actor.pk,
        note=_sealed(note, member_id),
    )
    return Adjusted(entry=_adjust(member_id, points, reason, document, at))


def _sealed(note: str, member_id: int) -> str:
    """The note as the ledger's column keeps it, in hexadecimal digits."""
    if not note:
        return ""
    field: Any = LedgerEntry._meta.get_field("note")
    sealed = field.pre_save(LedgerEntry(member_id=member_id, note=note), add=True)
    return bytes(sealed.raw).hex()


@transaction.atomic
def _adjust(
    member_id: int, points: int, reason: str, document: Document, at: datetime
) -> LedgerEntry:
    state: State = accounts.lock(member_ids=[member_id])[member_id]
    batch = Posting(at=at, actor_id=document.actor_id)
    ledger = state.ledger
    ledger.settle(at)
    if points > 0:
        terms = programs.current()
        ledger.earn(
            points,
            document=document,
            reason=reason,
            activates_at=at,
            expires_at=calendar.expiry(at, terms.validity, terms.zone),
            at=at,
            kind="ADJUST",
        )
    elif not ledger.lower(-points, document=document, reason=reason, at=at):
        raise InsufficientPoints(asked_points=-points, available_points=ledger.available_at(at))
    batch.tell(PointsAdjusted(points=points, reason=reason), member_id=member_id, occurred_at=at)
    _write(batch, [state])
    return LedgerEntry.objects.get(key=f"{document.key}:adjust")


@transaction.atomic
def redeem(*, member_id: int, points: int, key: str, reason: str, at: datetime) -> None:
    """Spends points outside an order, in spend order.

    Raises: InsufficientPoints.
    """
    state: State = accounts.lock(member_ids=[member_id])[member_id]
    batch = Posting(at=at)
    state.ledger.settle(at)
    document = Document("OPERATION", None, key, at)
    if not state.ledger.redeem(points, document=document, reason=reason, at=at):
        raise InsufficientPoints(
            asked_points=points, available_points=state.ledger.available_at(at)
        )
    batch.tell(PointsRedeemed(order="", points=points), member_id=member_id, occurred_at=at)
    _write(batch, [state])


@transaction.atomic
def grant(
    *,
    member_id: int,
    points: int,
    key: str,
    reason: str,
    at: datetime,
    activates_at: datetime | None = None,
    expires_at: datetime | None = None,
) -> None:
    """A lot with a life of its own, such as an opening balance. `expires_at` None: never."""
    state: State = accounts.lock(member_ids=[member_id])[member_id]
    batch = Posting(at=at)
    state.ledger.settle(at)
    state.ledger.earn(
        points,
        document=Document("OPERATION", None, key, at),
        reason=reason,
        activates_at=activates_at or at,
        expires_at=expires_at,
        at=at,
    )
    _write(batch, [state])


@transaction.atomic
def settle(*, member_ids: Sequence[int], at: datetime) -> int:
    """Activates and expires what is due for these members; gives how many points expired. A
    repeat, or a till that was quicker, leaves nothing to do."""
    found = accounts.lock(member_ids=list(member_ids))
    batch = Posting(at=at)
    expired = 0
    for state in found.values():
        expired += _settle(state, batch, at)
    _write(batch, states.sequence(found))
    return expired


def _settle(state: State, batch: Posting, at: datetime) -> int:
    expired = state.ledger.settle(at)
    facts: dict[str, Any] = {"ACTIVATE": PointsActivated, "EXPIRE": PointsExpired}
    for entry in state.ledger.entries:
        if entry.kind in facts:
            batch.tell(
                facts[entry.kind](points=abs(entry.points)),
                member_id=state.member_id,
                occurred_at=entry.document.occurred_at,
            )
    # Also when nothing moved: the note of the next change may have been too early.
    state.is_changed = True
    return expired


def _write(batch: Posting, changed: Sequence[State]) -> None:
    batch.close(changed)
    batch.write()
    if "dispatches" in batch.rows:
        bell.ring_on_commit()


def _ask(
    member_id: int, points: int, reason: str, note: str, actor: User, at: datetime
) -> ApprovalRequest:
    ask = approvals.Ask(
        action=ACTION,
        summary=f"{points:+d}",
        payload={"points": points, "reason": reason, "note": note},
        member_id=member_id,
        target_type="loyalty.account",
        target_id=member_id,
    )
    return approvals.request(ask=ask, reason=note or reason, maker=actor, at=at)


def run_approved(request: ApprovalRequest, at: datetime) -> None:
    """What an approved adjustment does, in the transaction of the approval."""
    asked = request.payload
    adjust(
        member_id=request.member_id or 0,
        points=asked["points"],
        reason=asked["reason"],
        note=asked["note"],
        actor=request.maker,
        at=at,
        approval=request,
    )


def version_of_target(request: ApprovalRequest) -> str:
    """The debt and balance that the maker saw don't have to stay; the account has to exist."""
    account = Account.objects.filter(member_id=request.member_id or 0).first()
    return "open" if account else ""
