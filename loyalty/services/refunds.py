"""Records refunds: gives back what was spent, takes back what was earned, exactly."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db import IntegrityError, connection, transaction

from loyalty.errors import RefundConflict, RefundExceedsOrder
from loyalty.models import Order, OrderLine, Refund
from loyalty.rules import calendar
from loyalty.rules import refunds as rules
from loyalty.services import accounts, order_checks, programs, refund_postings
from loyalty.services.documents import RefundDocument, Source, fingerprint
from loyalty.services.posting import Posting
from loyalty.services.refund_postings import Case
from loyalty.services.states import LOT_COLUMNS, State
from members.errors import NotFound
from members.models import Store
from members.services import bell
from members.services.idempotency import KeyReused


@dataclass(frozen=True)
class Recorded:
    """A refund's answer, and whether it is the answer to an earlier delivery of it."""

    answer: dict[str, Any]
    is_replayed: bool = False
    member_id: int | None = None


class _Preview(Exception):
    def __init__(self, answer: dict[str, Any]) -> None:
        super().__init__()
        self.answer = answer


def record(*, order_uid: UUID, refund: RefundDocument, source: Source, at: datetime) -> Recorded:
    """Refunds an order, whole or in part; the same refund again gives the first answer.

    Raises: NotFound, RefundConflict, RefundExceedsOrder, UnknownLine, OccurredInFuture,
    BackdatingNotAllowed, KeyReused.
    """
    try:
        with transaction.atomic():
            return _record(order_uid, refund, source, at)
    except IntegrityError as error:
        # Delivered twice at once: the other one is through, so this one is its repeat.
        if "idempotency_key_used_once" in str(error):
            raise KeyReused from None
        if "refund_recorded_once" not in str(error):
            raise
        with transaction.atomic():
            return _record(order_uid, refund, source, at)


def preview(
    *, order_uid: UUID, refund: RefundDocument, source: Source, at: datetime
) -> dict[str, Any]:
    """The answer that `record` would give; nothing is changed.

    Raises: as `record`.
    """
    try:
        with transaction.atomic():
            raise _Preview(_record(order_uid, refund, source, at, rings=False).answer)
    except _Preview as shown:
        return shown.answer


def _record(
    order_uid: UUID, refund: RefundDocument, source: Source, at: datetime, *, rings: bool = True
) -> Recorded:
    order = _visible_order(order_uid, source)
    state = _lock(order)
    known = Refund.objects.filter(source=source.name, external_id=refund.external_id).first()
    if known is not None:
        return _repeat(known, order, refund)
    order_checks.check_instant(refund.occurred_at, source, at)
    order.refresh_from_db()
    lines = list(OrderLine.objects.filter(order_id=order.pk).order_by("number"))
    sold = _sold(order, lines)
    terms = programs.current()
    case = Case(
        order=order,
        lines=lines,
        document=refund,
        outcome=_outcome(sold, lines, refund),
        state=state,
        refund_id=_next_id(),
        business_date=calendar.local_day(refund.occurred_at, _zone(order, terms.zone)),
        spent_lots=_spent_lots(order) if order.spent_points else [],
    )
    batch = Posting(at=at, source=source.name, actor_id=source.actor_id)
    answer = refund_postings.post(case, batch, source, terms)
    batch.remember(source.attempt, 201, order.member_id)
    batch.close([state] if state else [])
    batch.write()
    if rings and "dispatches" in batch.rows:
        bell.ring_on_commit()
    return Recorded(answer, member_id=order.member_id)


def _visible_order(order_uid: UUID, source: Source) -> Order:
    order = Order.objects.filter(uid=order_uid).first()
    if order is None or not _may_see(order, source):
        raise NotFound("there is no such order")
    return order


def _may_see(order: Order, source: Source) -> bool:
    if source.store_ids is None:
        return True
    return order.store_id in source.store_ids


def _lock(order: Order) -> State | None:
    """The member's account, or the order itself for a sale without a member."""
    if order.member_id is None:
        Order.objects.select_for_update(no_key=True).get(pk=order.pk)
        return None
    states = accounts.lock(member_ids=[order.member_id], extra_lot_order_id=order.pk)
    state: State = states[order.member_id]
    return state


def _repeat(known: Refund, order: Order, refund: RefundDocument) -> Recorded:
    if known.order_id != order.pk or bytes(known.fingerprint) != fingerprint(refund):
        raise RefundConflict(external_id=refund.external_id)
    return Recorded(known.answer, is_replayed=True, member_id=order.member_id)


def _sold(order: Order, lines: list[OrderLine]) -> rules.SoldOrder:
    return rules.SoldOrder(
        lines=tuple(
            rules.SoldLine(
                line.net_amount,
                line.money_amount,
                line.earned_points,
                line.refunded_amount,
                line.clawed_points,
            )
            for line in lines
        ),
        shipping_amount=order.shipping_amount,
        points_amount=order.points_amount,
        spent_points=order.spent_points,
        refunded_shipping_amount=order.refunded_shipping_amount,
        restored_points=order.restored_points,
    )


def _outcome(
    sold: rules.SoldOrder, lines: list[OrderLine], refund: RefundDocument
) -> rules.Outcome:
    try:
        amounts, shipping = refund_postings.amounts(sold, lines, refund)
        return rules.assess(sold, amounts, shipping)
    except rules.MoreThanBought as error:
        raise RefundExceedsOrder(
            f"asked {error.asked_amount}, but {error.left_amount} is left",
            line_id=None if error.line is None else lines[error.line].line_id,
            asked_amount=error.asked_amount,
            left_amount=error.left_amount,
        ) from None


def _zone(order: Order, fallback: ZoneInfo) -> ZoneInfo:
    if order.store_id is None:
        return fallback
    name = Store.objects.values_list("time_zone", flat=True).get(pk=order.store_id)
    return ZoneInfo(name) if name else fallback


def _next_id() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval('loyalty_refund_id_seq')")
        return int(cursor.fetchone()[0])


# What the order took out of lots and has not got back, in reverse order of use.
_SPENT = f"""
SELECT {LOT_COLUMNS}, -sum(m.points)
FROM loyalty_ledgerentry e
JOIN loyalty_lotmovement m ON m.entry_id = e.id
JOIN loyalty_lot l ON l.id = m.lot_id
WHERE e.key = ANY(%s)
GROUP BY l.id
HAVING sum(m.points) < 0
ORDER BY l.expires_at DESC NULLS FIRST, l.activates_at DESC, l.id DESC
"""  # noqa: S608


def _spent_lots(order: Order) -> list[tuple[Any, int]]:
    earlier = Refund.objects.filter(order_id=order.pk).values_list("pk", flat=True)
    keys = [f"order:{order.pk}:redeem", *(f"refund:{pk}:restore" for pk in earlier)]
    with connection.cursor() as cursor:
        cursor.execute(_SPENT, [keys])
        return [(row[:13], int(row[13])) for row in cursor.fetchall()]
