"""Points that one member gives to another: lot by lot, with their expiry.

Source: docs/algorithms/transfers-and-merges.md.
"""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import IntegrityError, connection, transaction
from django.db.models import Sum

from loyalty.errors import (
    InsufficientPoints,
    TransferConflict,
    TransferLimitReached,
    TransfersNotAllowed,
    TransferToSelf,
)
from loyalty.events import PointsTransferred
from loyalty.models import Transfer
from loyalty.rules import calendar
from loyalty.rules import lots as lot_rules
from loyalty.rules.entries import Document
from loyalty.rules.ledger import Ledger
from loyalty.services import accounts, answers, programs, references, states
from loyalty.services.documents import Source, TransferDocument, fingerprint
from loyalty.services.posting import Posting
from loyalty.services.programs import Terms
from loyalty.services.states import State
from members.ids import uuid7
from members.models import Member
from members.services import bell
from members.services.idempotency import KeyReused


@dataclass(frozen=True)
class Transferred:
    """The answer, and whether it is the answer to an earlier delivery."""

    answer: dict[str, Any]
    is_replayed: bool = False


def transfer(*, transfer: TransferDocument, source: Source, at: datetime) -> Transferred:
    """Moves usable points, soonest to expire first; the same transfer again gives the first
    answer.

    Raises: TransfersNotAllowed; NotFound; TransferToSelf; InsufficientPoints, also while there is
    a debt; TransferLimitReached; TransferConflict; KeyReused.
    """
    try:
        with transaction.atomic():
            return _transfer(transfer, source, at)
    except IntegrityError as error:
        # Sent twice at once: the other one is through, so this one is its repeat.
        if "idempotency_key_used_once" in str(error):
            raise KeyReused from None
        if "transfer_made_once" not in str(error):
            raise
        with transaction.atomic():
            return _transfer(transfer, source, at)


def _transfer(document: TransferDocument, source: Source, at: datetime) -> Transferred:
    giver = references.member(document.from_member)
    taker = references.member(document.to_member)
    if giver.pk == taker.pk:
        return _repeat_or(document, source, TransferToSelf())
    # In the order of ids, so that opposite transfers don't wait for each other in a ring.
    found = accounts.lock(member_ids=[giver.pk, taker.pk])
    terms = programs.current()
    known = Transfer.objects.filter(source=source.name, external_id=document.external_id).first()
    if known is not None:
        return _repeat(known, document)
    if not terms.transfers_allowed:
        raise TransfersNotAllowed
    for state in found.values():
        state.ledger.settle(at)
    day = calendar.local_day(at, terms.zone)
    _check(found[giver.pk], document.points, day, terms, at)
    row = _row(document, (giver, taker), day, source, at)
    _move(found[giver.pk].ledger, found[taker.pk].ledger, row, at)
    row.answer = _answer(row, (giver, taker), found[giver.pk])
    row.save(force_insert=True)
    _write(row, (giver, taker), found, source, at)
    return Transferred(row.answer)


def _repeat_or(document: TransferDocument, source: Source, refusal: TransferToSelf) -> Transferred:
    """After a merge both names may lead to one member: what was done before still answers."""
    known = Transfer.objects.filter(source=source.name, external_id=document.external_id).first()
    if known is None:
        raise refusal
    return _repeat(known, document)


def _repeat(known: Transfer, document: TransferDocument) -> Transferred:
    if bytes(known.fingerprint) != fingerprint(document):
        raise TransferConflict(external_id=document.external_id)
    return Transferred(known.answer, is_replayed=True)


def _check(giver: State, points: int, day: date, terms: Terms, at: datetime) -> None:
    available = giver.ledger.available_at(at)
    if points > available:
        raise InsufficientPoints(asked_points=points, available_points=available)
    if terms.transfer_day_points is None:
        return
    today = Transfer.objects.filter(from_member_id=giver.member_id, business_date=day)
    given = today.aggregate(points=Sum("points"))["points"] or 0
    if given + points > terms.transfer_day_points:
        raise TransferLimitReached(
            asked_points=points, left_points=max(0, terms.transfer_day_points - given)
        )


def _row(
    document: TransferDocument,
    who: tuple[Member, Member],
    day: date,
    source: Source,
    at: datetime,
) -> Transfer:
    with connection.cursor() as cursor:
        # The entries name the transfer, so its id comes first.
        cursor.execute("SELECT nextval('loyalty_transfer_id_seq')")
        pk = int(cursor.fetchone()[0])
    return Transfer(
        pk=pk,
        uid=uuid7(),
        source=source.name,
        external_id=document.external_id,
        fingerprint=fingerprint(document),
        from_member=who[0],
        to_member=who[1],
        points=document.points,
        business_date=day,
        actor_id=source.actor_id,
        recorded_at=at,
    )


def _move(giver: Ledger, taker: Ledger, row: Transfer, at: datetime) -> None:
    """One entry takes the points; on the other side each lot comes as one, with the life that it
    has, and repays a debt first."""
    document = Document("TRANSFER", row.pk, f"transfer:{row.pk}", at, row.actor_id)
    parts = lot_rules.take(giver.lots, row.points, at)
    giver.enter(
        "TRANSFER_OUT",
        -row.points,
        document,
        "transfer",
        active=-row.points,
        movements=giver.take_from(parts),
    )
    giver.note_next_change()
    for number, (lot, points) in enumerate(parts, 1):
        taker.earn(
            points,
            document=Document("TRANSFER", row.pk, f"{document.key}:{number}", at, row.actor_id),
            reason="transfer",
            # In spend order it stays where it was.
            activates_at=lot.activates_at,
            expires_at=lot.expires_at,
            at=at,
            kind="TRANSFER_IN",
            is_sliding=lot.is_sliding,
        )
    taker.note_next_change()


def _answer(row: Transfer, who: tuple[Member, Member], giver: State) -> dict[str, Any]:
    # Nothing of the receiver's account: the caller acts for the giver.
    return {
        "id": str(row.uid),
        "from": str(who[0].uid),
        "to": str(who[1].uid),
        "points": row.points,
        "account": answers.account(giver),
    }


def _write(
    row: Transfer,
    who: tuple[Member, Member],
    found: dict[int, State],
    source: Source,
    at: datetime,
) -> None:
    batch = Posting(at=at, source=source.name, actor_id=source.actor_id)
    for member, signed in zip(who, (-row.points, row.points), strict=True):
        fact = PointsTransferred(transfer=str(row.uid), points=signed)
        batch.tell(fact, member_id=member.pk, occurred_at=at)
    batch.remember(source.attempt, 201, row.from_member_id)
    batch.close(states.sequence(found))
    batch.write()
    bell.ring_on_commit()
