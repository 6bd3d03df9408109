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
from loyalty.services import accounts, adjustment_limits, holds, plain_redeems, programs, states
from loyalty.services.posting import Posting
from loyalty.services.states import State
from members.errors import ReasonRequired
from members.ids import uuid7
from members.models import ApprovalRequest, User
from members.services import approvals, bell

ACTION = "loyalty.points.adjust"


@dataclass(frozen=True, kw_only=True)
class Adjustment:
    """What is to be adjusted and why. `may_owe`: below zero the rest becomes a debt; without it
    that is refused. `note` is a person's text, kept sealed."""

    member_id: int
    points: int
    reason: str
    note: str = ""
    may_owe: bool = False


@dataclass(frozen=True)
class Adjusted:
    """The entry that was made, or the request for approval that it became."""

    entry: LedgerEntry | None = None
    approval: ApprovalRequest | None = None


def adjust(
    *,
    member_id: int,
    points: int,
    reason: str,
    note: str = "",
    actor: User,
    at: datetime,
    may_owe: bool = False,
    key: str = "",
) -> Adjusted:
    """Adds points (a new lot with the programme's validity) or takes them in spend order. Above
    the limit of the actor's roles it becomes a request. `key` makes a repeat harmless.

    Raises: ReasonRequired; InsufficientPoints, when fewer are available than are to be taken and
    `may_owe` isn't chosen: then nothing is taken.
    """
    adjustment = Adjustment(
        member_id=member_id, points=points, reason=reason, note=note, may_owe=may_owe
    )
    if not reason.strip():
        raise ReasonRequired
    if abs(points) > adjustment_limits.limit_of(actor):
        return Adjusted(approval=_ask(adjustment, actor, at))
    document = Document(
        type="OPERATION",
        id=None,
        key=key or f"adjust:{uuid7().hex}",
        occurred_at=at,
        actor_id=actor.pk,
        note=_sealed(note, member_id),
    )
    return Adjusted(entry=_adjust(adjustment, document, at))


def _sealed(note: str, member_id: int) -> str:
    """The note as the ledger's column keeps it, in hexadecimal digits."""
    if not note:
        return ""
    field: Any = LedgerEntry._meta.get_field("note")
    sealed = field.pre_save(LedgerEntry(member_id=member_id, note=note), add=True)
    return bytes(sealed.raw).hex()


@transaction.atomic
def _adjust(asked: Adjustment, document: Document, at: datetime) -> LedgerEntry:
    entry_key = f"{document.key}:adjust"
    state: State = accounts.lock(member_ids=[asked.member_id])[asked.member_id]
    known = LedgerEntry.objects.filter(key=entry_key).first()
    if known is not None:
        return known
    batch = Posting(at=at, actor_id=document.actor_id)
    state.ledger.settle(at)
    if asked.points > 0:
        _raise_by(state, asked, document, at)
    elif not state.ledger.lower(
        -asked.points, document=document, reason=asked.reason, at=at, may_owe=asked.may_owe
    ):
        available = state.ledger.available_at(at)
        raise InsufficientPoints(asked_points=-asked.points, available_points=available)
    told = PointsAdjusted(points=asked.points, reason=asked.reason)
    batch.tell(told, member_id=asked.member_id, occurred_at=at)
    write(batch, [state])
    return LedgerEntry.objects.get(key=entry_key)


def _raise_by(state: State, asked: Adjustment, document: Document, at: datetime) -> None:
    terms = programs.current()
    state.ledger.earn(
        asked.points,
        document=document,
        reason=asked.reason,
        activates_at=at,
        expires_at=calendar.expiry(at, terms.validity, terms.zone),
        at=at,
        kind="ADJUST",
    )


def redeem(*, member_id: int, points: int, key: str, reason: str, at: datetime) -> None:
    """Spends points outside an order, in spend order.

    Raises: InsufficientPoints.
    """
    if not plain_redeems.redeem_plainly(
        member_id=member_id, points=points, key=key, reason=reason, at=at
    ):
        redeem_by_rules(member_id=member_id, points=points, key=key, reason=reason, at=at)


@transaction.atomic
def redeem_by_rules(*, member_id: int, points: int, key: str, reason: str, at: datetime) -> None:
    """The same with the member's whole ledger behind the lock: what is due is settled first.

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
    if any(lot.is_sliding for lot in state.ledger.lots):
        holds.slide(state, at)
    batch.tell(PointsRedeemed(order="", points=points), member_id=member_id, occurred_at=at)
    write(batch, [state])


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
    write(batch, [state])


@transaction.atomic
def settle(*, member_ids: Sequence[int], at: datetime) -> int:
    """Activates and expires what is due for these members; gives how many points expired. A
    repeat, or a till that was quicker, leaves nothing to do."""
    found = accounts.lock(member_ids=list(member_ids), includes_erased=True)
    batch = Posting(at=at)
    expired = 0
    for state in found.values():
        expired += _settle(state, batch, at)
    write(batch, states.sequence(found))
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


def write(batch: Posting, changed: Sequence[State]) -> None:
    """Posts what the rules made of these accounts, and rings for those who hear of it."""
    batch.close(changed)
    batch.write()
    if "dispatches" in batch.rows:
        bell.ring_on_commit()


def _ask(asked: Adjustment, actor: User, at: datetime) -> ApprovalRequest:
    ask = approvals.Ask(
        action=ACTION,
        summary=f"{asked.points:+d}",
        payload={
            "points": asked.points,
            "reason": asked.reason,
            "note": asked.note,
            "may_owe": asked.may_owe,
        },
        member_id=asked.member_id,
        target_type="loyalty.account",
        target_id=asked.member_id,
    )
    return approvals.request(ask=ask, reason=asked.note or asked.reason, maker=actor, at=at)


def run_approved(request: ApprovalRequest, at: datetime) -> None:
    """What an approved adjustment does, in the transaction of the approval.

    Raises: InsufficientPoints.
    """
    payload, member_id = request.payload, request.member_id or 0
    asked = Adjustment(
        member_id=member_id,
        points=payload["points"],
        reason=payload["reason"],
        note=payload["note"],
        # Requests from before this could be chosen have no such key.
        may_owe=payload.get("may_owe", False),
    )
    document = Document(
        type="APPROVAL",
        id=request.pk,
        key=f"approval:{request.pk}",
        occurred_at=at,
        actor_id=request.maker_id,
        note=_sealed(asked.note, member_id),
    )
    _adjust(asked, document, at)


def version_of_target(request: ApprovalRequest) -> str:
    """The debt and balance that the maker saw don't have to stay; the account has to be there, and
    neither retired by a merge nor erased."""
    account = Account.objects.filter(member_id=request.member_id or 0).first()
    return "open" if account is not None and account.version >= 0 else ""
