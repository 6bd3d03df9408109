"""Quotes made firm before payment: coupons locked, budgets and limits reserved, points held, all
or nothing.

Rows are locked in the order in which orders lock them: the order's number, the account, coupons,
the lock, limits, pools. Source: docs/algorithms/settlements.md, "Locks".
"""

from datetime import UTC, datetime
from typing import Annotated, Any
from uuid import UUID

from django.db import transaction
from msgspec import UNSET, Meta, Struct, UnsetType

from campaigns.errors import (
    QuoteLockCommitted,
    QuoteLockConflict,
    QuoteNotYours,
)
from campaigns.models import QuoteLock
from campaigns.rules.quote_shapes import COUPON
from campaigns.services import (
    quote_offers,
    quote_promises,
    quote_reservations,
    quote_staleness,
    quote_tokens,
)
from campaigns.services.quote_reservations import Asked
from loyalty.models import Coupon, Order
from loyalty.services import coupons, holds, parked_refunds
from loyalty.services.documents import Code, Source, fingerprint
from members.errors import NotFound

Answer = dict[str, Any]
_State = QuoteLock.State
_CHUNK = 200


class LockDocument(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A quote to be kept for an order that is about to be paid. `external_id` is the number that
    the order will have; `minutes` as the programme and the coupons say if not told."""

    quote_id: Annotated[str, Meta(min_length=1, max_length=quote_tokens.MOST_CHARACTERS)]
    external_id: Code
    minutes: Annotated[int, Meta(ge=1, le=1_440)] | UnsetType = UNSET
    holds_points: bool = True


def create(*, lock: LockDocument, source: Source, at: datetime) -> Answer:
    """Keeps what the quote promised; the same body again gives the lock as it stands.

    Raises: BadQuote; QuoteNotYours; QuoteLockConflict, for another quote under a number that has
    a lock or is paid; QuoteChanged, with the difference, and then nothing is kept.
    """
    promise = _read(lock.quote_id, source)
    try:
        with transaction.atomic():
            return _create(lock, promise, source, at)
    except _Stale as stale:
        lost = stale.lost
    raise quote_staleness.changed(promise=promise, source=source, lost=lost, at=at)


def release(*, lock_uid: UUID, source: Source, at: datetime) -> Answer:
    """Lets go of all that a lock keeps; one that is over or was released already says so.

    Raises: NotFound; QuoteLockCommitted, when its order is paid.
    """
    found = QuoteLock.objects.filter(uid=lock_uid, source=source.name).first()
    if found is None:
        raise NotFound
    with transaction.atomic():
        parked_refunds.lock_slot(source.name, found.external_id)
        found.refresh_from_db()
        if found.state == _State.COMMITTED:
            raise QuoteLockCommitted(external_id=found.external_id)
        if found.state == _State.OPEN:
            _let_go(found, source, at)
            found.refresh_from_db()
        return _answer(found, at)


def expire_due(*, at: datetime) -> int:
    """Ends locks that are over: what they reserved of budgets and limits is free for others.
    Coupons and points see by themselves that their time is over. Gives how many."""
    ended = 0
    while True:
        due = QuoteLock.objects.filter(state=_State.OPEN, expires_at__lte=at)
        ids = list(due.order_by("expires_at").values_list("pk", flat=True)[:_CHUNK])
        if not ids:
            return ended
        ended += len(quote_reservations.end(lock_ids=ids, at=at, due_only=True))


def check(*, quote_id: str, source: Source, at: datetime) -> None:
    """Whether a quote could be kept right now; nothing is. One that is locked is.

    Raises: BadQuote; QuoteNotYours; QuoteChanged, with the difference.
    """
    promise = _read(quote_id, source)
    own = QuoteLock.objects.filter(
        source=source.name, promise__id=promise["id"], state=_State.OPEN, expires_at__gt=at
    )
    if own.exists():
        return
    is_over = quote_promises.is_over(promise, at)
    lost = [] if is_over else quote_reservations.tried(promise=promise, source=source.name, at=at)
    lost = _not_own(lost, source)
    if is_over or lost:
        raise quote_staleness.changed(promise=promise, source=source, lost=lost, at=at)


def _not_own(lost: list[dict[str, Any]], source: Source) -> list[dict[str, Any]]:
    """Without the coupons that the same source locked one by one: for this very checkout."""
    locked = [row["code"] for row in lost if (row["what"], row["reason"]) == (COUPON, "locked")]
    if not locked:
        return lost
    rows = Coupon.objects.filter(code__in=locked, locked_source=source.name)
    own = set(rows.values_list("code", flat=True))
    return [row for row in lost if row["what"] != COUPON or row["code"] not in own]


class _Stale(Exception):
    """Undoes what was reserved so far."""

    def __init__(self, lost: list[dict[str, Any]]) -> None:
        super().__init__()
        self.lost = lost


def _create(
    lock: LockDocument, promise: quote_promises.Promise, source: Source, at: datetime
) -> Answer:
    parked_refunds.lock_slot(source.name, lock.external_id)
    known = _last(source.name, lock.external_id)
    if known is not None and bytes(known.fingerprint) == fingerprint(lock):
        return _answer(known, at)
    _refuse_taken(known, source.name, lock.external_id, at)
    if quote_promises.is_over(promise, at):
        raise _Stale([])
    return _answer(_make(lock, promise, source, at), at)


def _read(quote_id: str, source: Source) -> quote_promises.Promise:
    promise = quote_tokens.read(quote_id)
    if promise["source"] != source.name:
        raise QuoteNotYours
    return promise


def _last(source: str, external_id: str) -> QuoteLock | None:
    rows = QuoteLock.objects.filter(source=source, external_id=external_id)
    return rows.order_by("-pk").first()


def _refuse_taken(known: QuoteLock | None, source: str, external_id: str, at: datetime) -> None:
    is_taken = known is not None and _state(known, at) in (_State.OPEN, _State.COMMITTED)
    if is_taken or Order.objects.filter(source=source, external_id=external_id).exists():
        raise QuoteLockConflict(external_id=external_id)


def _make(
    lock: LockDocument, promise: quote_promises.Promise, source: Source, at: datetime
) -> QuoteLock:
    """Raises: _Stale."""
    minutes = lock.minutes
    if isinstance(minutes, UnsetType):
        minutes = quote_reservations.minutes(promise)
    asked = Asked(
        promise=promise,
        source=source.name,
        external_id=lock.external_id,
        fingerprint=fingerprint(lock),
        member_id=quote_reservations.member_id(promise),
        minutes=minutes,
    )
    lock_id, lost = quote_reservations.reserve(asked, at)
    made = QuoteLock.objects.get(pk=lock_id)
    if lock.holds_points:
        hold_uid, missing = quote_reservations.hold_points(asked, made.uid, source, at)
        lost += missing
        if hold_uid is not None:
            made.points_hold_uid = UUID(hold_uid)
            made.save(update_fields=["points_hold_uid"])
    if lost:
        raise _Stale(lost)
    return made


def _let_go(lock: QuoteLock, source: Source, at: datetime) -> None:
    # The account is behind its lock before coupons are, as everywhere.
    quote_reservations.member_id(lock.promise)
    if lock.points_hold_uid is not None:
        holds.release(
            hold_uid=lock.points_hold_uid, source=quote_reservations.keyless(source), at=at
        )
    codes = quote_reservations.codes_of_coupons(lock.promise)
    if codes:
        coupons.release(codes=codes, source=lock.source, external_id=lock.external_id, at=at)
    quote_reservations.end(lock_ids=[lock.pk], at=at, due_only=False)


def _state(lock: QuoteLock, at: datetime) -> str:
    """An open lock whose time is over is over, whether or not somebody wrote it down."""
    if lock.state == _State.OPEN and lock.expires_at <= at:
        return _State.EXPIRED
    return lock.state


def _answer(lock: QuoteLock, at: datetime) -> Answer:
    hold = lock.points_hold_uid
    return {
        "id": str(lock.uid),
        "external_id": lock.external_id,
        "state": str(_state(lock, at)),
        "expires_at": lock.expires_at.astimezone(UTC).isoformat(),
        "coupons": quote_reservations.codes_of_coupons(lock.promise),
        "offers": [row["code"] for row in quote_offers.of(lock.promise)],
        "points_hold": str(hold) if hold else None,
    }
