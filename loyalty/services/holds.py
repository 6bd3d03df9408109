"""Holds: points kept aside for a checkout, then captured, released or timed out, once.

Source: docs/algorithms/holds.md.
"""

import uuid
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from msgspec import UnsetType

from loyalty.errors import (
    AlreadyResolved,
    HeldForReward,
    HoldConflict,
    HoldExpired,
    InsufficientPoints,
    MoreThanHeld,
)
from loyalty.events import PointsRedeemed
from loyalty.models import Hold, HoldPart
from loyalty.rules import calendar, lives
from loyalty.rules import holds as rules
from loyalty.rules.entries import Document
from loyalty.services import accounts, answers, programs, redemption_cases, settlements
from loyalty.services.documents import HoldDocument, MemberReference, Source, fingerprint
from loyalty.services.posting import Posting
from loyalty.services.states import State
from members.errors import NotFound
from members.models import Member
from members.selectors import members
from members.services import bell
from members.services.idempotency import KeyReused

_State = Hold.State
Answer = dict[str, Any]


def create(*, hold: HoldDocument, source: Source, at: datetime) -> Answer:
    """Keeps points aside; the same hold again gives the first answer as it stands now.

    Raises: NotFound, for an unknown member; InsufficientPoints; HoldConflict, when the number is
    known with another content.
    """
    try:
        with transaction.atomic():
            return _create(hold, source, at)
    except IntegrityError as error:
        _refuse_reused_key(error)
        # Sent twice at once: the other one is through, so this one is its repeat.
        if "hold_made_once" not in str(error):
            raise
        with transaction.atomic():
            return _create(hold, source, at)


def capture(
    *,
    hold_uid: UUID,
    points: int | None = None,
    source: Source,
    at: datetime,
    order: str = "",
) -> Answer:
    """Spends all of a hold, or `points` of it and releases the rest. A repeat gives the answer.

    Raises: NotFound; HoldExpired: nothing is spent; AlreadyResolved; MoreThanHeld.
    """

    def act(state: State, row: Hold, hold: rules.Hold, batch: Posting) -> None:
        asked = row.points if points is None else points
        if asked > row.points:
            raise MoreThanHeld(asked_points=asked, held_points=row.points)
        document = Document("HOLD", row.pk, f"hold:{row.pk}", at, source.actor_id)
        spent = rules.capture(state.ledger, hold, asked, document=document, reason="payment", at=at)
        slide(state, at)
        batch.tell(
            PointsRedeemed(order=order, points=spent), member_id=row.member_id, occurred_at=at
        )

    def repeats(row: Hold) -> bool:
        asked = row.points if points is None else points
        return row.state == _State.CAPTURED and row.captured_points == asked

    return _resolve(hold_uid, source, at, act, repeats)


def release(*, hold_uid: UUID, source: Source, at: datetime) -> Answer:
    """Lets go of a hold; one that is released or timed out already says so.

    Raises: NotFound; AlreadyResolved, when it was captured; HeldForReward.
    """

    def act(state: State, row: Hold, hold: rules.Hold, batch: Posting) -> None:
        rules.release(state.ledger, hold, at=at)

    def repeats(row: Hold) -> bool:
        return row.state in (_State.RELEASED, _State.EXPIRED)

    return _resolve(hold_uid, source, at, act, repeats)


def slide(state: State, at: datetime) -> None:
    """Earning and redeeming give sliding lots their whole life again."""
    terms = programs.current()
    if terms.validity_slides:
        lives.slide(state.ledger, calendar.expiry(at, terms.validity, terms.zone), at)


def _create(document: HoldDocument, source: Source, at: datetime) -> Answer:
    member = _member(document.member)
    # The lock comes first: a repeat waits for the first one and then sees it.
    state = accounts.lock(member_ids=[member.pk])[member.pk]
    state.ledger.settle(at)
    known = Hold.objects.filter(source=source.name, external_id=document.external_id).first()
    if known is not None:
        if bytes(known.fingerprint) != fingerprint(document):
            raise HoldConflict(external_id=document.external_id)
        return _answer(known, state)
    if not isinstance(document.quote_id, UnsetType):
        settlements.check_quote(quote_id=document.quote_id, source=source, at=at)
    minutes = document.minutes
    if isinstance(minutes, UnsetType):
        minutes = programs.current().hold_minutes
    until = at + timedelta(minutes=minutes)
    hold = rules.place(state.ledger, document.points, expires_at=until, at=at)
    if hold is None:
        raise InsufficientPoints(
            asked_points=document.points, available_points=state.ledger.available_at(at)
        )
    row = _insert(document, member, hold, source, at)
    hold.id = row.pk
    batch = Posting(at=at, source=source.name, actor_id=source.actor_id)
    batch.remember(source.attempt, 201, member.pk)
    _write(batch, state)
    return _answer(row, state)


def _insert(
    document: HoldDocument, member: Member, hold: rules.Hold, source: Source, at: datetime
) -> Hold:
    row = Hold.objects.create(
        source=source.name,
        external_id=document.external_id,
        fingerprint=fingerprint(document),
        member=member,
        points=hold.points,
        created_at=at,
        expires_at=hold.expires_at,
    )
    HoldPart.objects.bulk_create(
        HoldPart(hold=row, lot_id=lot_id, points=points) for lot_id, points in hold.parts
    )
    return row


def _resolve(
    hold_uid: UUID,
    source: Source,
    at: datetime,
    act: Callable[[State, Hold, rules.Hold, Posting], None],
    repeats: Callable[[Hold], bool],
) -> Answer:
    with transaction.atomic():
        row = Hold.objects.filter(uid=hold_uid, source=source.name).first()
        if row is None:
            raise NotFound
        if row.source == redemption_cases.HOLDER:
            # The redemption's own steps spend it or let go of it, with its stock and its limit.
            raise HeldForReward
        state = accounts.lock(member_ids=[row.member_id], includes_erased=True)[row.member_id]
        # Read again behind the lock: another one may have resolved it meanwhile.
        row.refresh_from_db()
        state.ledger.settle(at)
        hold = next((one for one in state.ledger.holds if one.id == row.pk), None)
        if hold is None or not hold.is_open:
            _refuse(row, hold, repeats)
            _show(row, hold)
            return _answer(row, state)
        batch = Posting(at=at, source=source.name, actor_id=source.actor_id)
        act(state, row, hold, batch)
        batch.remember(source.attempt, 200, row.member_id)
        try:
            _write(batch, state)
        except IntegrityError as error:
            _refuse_reused_key(error)
            raise
        _show(row, hold)
        return _answer(row, state)


def _refuse(row: Hold, hold: rules.Hold | None, repeats: Callable[[Hold], bool]) -> None:
    """Raises: HoldExpired, AlreadyResolved, unless this is a repeat."""
    timed_out = row.state == _State.EXPIRED or (hold is not None and hold.state == "EXPIRED")
    _show(row, hold)
    if repeats(row):
        return
    if timed_out:
        raise HoldExpired(expired_at=row.expires_at.astimezone(UTC).isoformat())
    raise AlreadyResolved(state=row.state)


def _show(row: Hold, hold: rules.Hold | None) -> None:
    """The row as it is now, for the answer; the posting writes it."""
    if hold is not None and not hold.is_open:
        row.state = hold.state
        row.captured_points = hold.captured


def _refuse_reused_key(error: IntegrityError) -> None:
    """Raises: KeyReused, when the Idempotency-Key was used for another request."""
    if "idempotency_key_used_once" in str(error):
        raise KeyReused from error


def _write(batch: Posting, state: State) -> None:
    batch.close([state])
    batch.write()
    if "dispatches" in batch.rows:
        bell.ring_on_commit()


def _member(reference: MemberReference) -> Member:
    kind = reference.type.upper()
    if kind == "ID":
        try:
            return members.by_uid(uid=uuid.UUID(reference.value))
        except ValueError:
            raise NotFound from None
    try:
        found = members.find(kind=kind, value=reference.value, issuer=reference.issuer)
    except KeyError:
        found = None
    if found is None:
        raise NotFound
    return found


def _answer(row: Hold, state: State) -> Answer:
    return {
        "id": str(row.uid),
        "external_id": row.external_id,
        "state": row.state,
        "points": row.points,
        "captured_points": row.captured_points,
        "expires_at": row.expires_at.astimezone(UTC).isoformat(),
        "account": answers.account(state),
    }
