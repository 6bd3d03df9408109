"""Records refunds: gives back what was spent, takes back what was earned, exactly.

By the order's id, or by its number, also before the order is known (`parked_refunds`).
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction

from loyalty.errors import RefundConflict
from loyalty.models import Order, Refund
from loyalty.services import order_checks, parked_refunds, refund_cases
from loyalty.services.documents import (
    OrderRefundDocument,
    RefundDocument,
    Source,
    fingerprint,
)
from members.errors import NotFound
from members.services import bell
from members.services.idempotency import KeyReused


@dataclass(frozen=True)
class Recorded:
    """A refund's answer, and whether it is the answer to an earlier delivery of it."""

    answer: dict[str, Any]
    is_replayed: bool = False
    member_id: int | None = None
    is_parked: bool = False


class _Preview(Exception):
    def __init__(self, recorded: Recorded) -> None:
        super().__init__()
        self.recorded = recorded


def record(*, order_uid: UUID, refund: RefundDocument, source: Source, at: datetime) -> Recorded:
    """Refunds an order, whole or in part; the same refund again gives the first answer.

    Raises: NotFound, RefundConflict, RefundExceedsOrder, UnknownLine, OccurredInFuture,
    BackdatingNotAllowed, KeyReused.
    """
    return _once(lambda: _record(_visible_order(order_uid, source), refund, source, at))


def record_by_number(*, refund: OrderRefundDocument, source: Source, at: datetime) -> Recorded:
    """Refunds an order that is named by its number. One that isn't known yet: the refund is
    parked, and applied when the order comes.

    Raises: as `record`; NotFound only for an order of a store that the source can't see.
    """
    return _once(lambda: _record_by_number(refund, source, at))


def preview(
    *, order_uid: UUID, refund: RefundDocument, source: Source, at: datetime
) -> dict[str, Any]:
    """The answer that `record` would give; nothing is changed.

    Raises: as `record`.
    """
    return _undone(lambda: _record(_visible_order(order_uid, source), refund, source, at)).answer


def preview_by_number(*, refund: OrderRefundDocument, source: Source, at: datetime) -> Recorded:
    """What `record_by_number` would give; nothing is changed.

    Raises: as `record_by_number`.
    """
    return _undone(lambda: _record_by_number(refund, source, at))


def _once(do: Callable[[], Recorded]) -> Recorded:
    try:
        with transaction.atomic():
            return do()
    except IntegrityError as error:
        # Delivered twice at once: the other one is through, so this one is its repeat.
        if "idempotency_key_used_once" in str(error):
            raise KeyReused from None
        if "refund_recorded_once" not in str(error):
            raise
        with transaction.atomic():
            return do()


def _undone(do: Callable[[], Recorded]) -> Recorded:
    try:
        with transaction.atomic():
            raise _Preview(do())
    except _Preview as shown:
        return shown.recorded


def _record(order: Order, refund: RefundDocument, source: Source, at: datetime) -> Recorded:
    state = refund_cases.lock(order)
    known = Refund.objects.filter(source=source.name, external_id=refund.external_id).first()
    if known is not None:
        return _repeat(known, order, refund)
    order_checks.check_instant(refund.occurred_at, source, at)
    answer = refund_cases.post(order, refund, state, source, at)
    bell.ring_on_commit()
    return Recorded(answer, member_id=order.member_id)


def _record_by_number(refund: OrderRefundDocument, source: Source, at: datetime) -> Recorded:
    number = refund.order_external_id
    # An order of this number that is being recorded right now is through when we get the lock.
    parked_refunds.lock_slot(source.name, number)
    order = Order.objects.filter(source=source.name, external_id=number).first()
    if order is not None:
        if not _may_see(order, source):
            raise NotFound("there is no such order")
        return _record(order, refund.alone(), source, at)
    known = Refund.objects.filter(source=source.name, external_id=refund.external_id).first()
    if known is not None:
        is_same = known.order_id is None and known.order_external_id == number
        if not is_same or bytes(known.fingerprint) != fingerprint(refund.alone()):
            raise RefundConflict(external_id=refund.external_id)
        return Recorded(known.answer, is_replayed=True, is_parked=True)
    order_checks.check_instant(refund.occurred_at, source, at)
    return Recorded(parked_refunds.park(refund, source, at), is_parked=True)


def _visible_order(order_uid: UUID, source: Source) -> Order:
    order = Order.objects.filter(uid=order_uid).first()
    if order is None or not _may_see(order, source):
        raise NotFound("there is no such order")
    return order


def _may_see(order: Order, source: Source) -> bool:
    if source.store_ids is None:
        return True
    return order.store_id in source.store_ids


def _repeat(known: Refund, order: Order, refund: RefundDocument) -> Recorded:
    if known.order_id != order.pk or bytes(known.fingerprint) != fingerprint(refund):
        raise RefundConflict(external_id=refund.external_id)
    is_parked = known.state == Refund.State.PARKED
    return Recorded(known.answer, is_replayed=True, member_id=order.member_id, is_parked=is_parked)
