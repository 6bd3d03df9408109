"""What a refund is judged by: the order as it was sold, behind the account's lock."""

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.db import connection

from loyalty.errors import RefundExceedsOrder
from loyalty.models import Order, OrderLine, Refund
from loyalty.rules import calendar
from loyalty.rules import refunds as rules
from loyalty.services import accounts, programs, refund_amounts, refund_postings, spent_lots
from loyalty.services.documents import RefundDocument, Source
from loyalty.services.posting import Posting
from loyalty.services.refund_postings import Case
from loyalty.services.states import State
from members.errors import MemberMerged
from members.models import Store


def lock(order: Order) -> State | None:
    """The member's account, or the order itself for a sale without a member; and the order as it
    is behind that lock."""
    while True:
        held_for = order.member_id
        try:
            state = _lock(order)
        except MemberMerged:
            # Into somebody else, meanwhile: the order is theirs now.
            order.refresh_from_db()
            if order.member_id == held_for:
                raise
            continue
        order.refresh_from_db()
        return state


def _lock(order: Order) -> State | None:
    if order.member_id is None:
        Order.objects.select_for_update(no_key=True).get(pk=order.pk)
        return None
    states = accounts.lock(
        member_ids=[order.member_id], extra_lot_order_id=order.pk, includes_erased=True
    )
    state: State = states[order.member_id]
    return state


def post(
    order: Order,
    refund: RefundDocument,
    state: State | None,
    source: Source,
    at: datetime,
    *,
    parked: Refund | None = None,
) -> dict[str, Any]:
    """Judges a refund and writes it; gives the answer. `parked`: the row that it has already.

    Raises: RefundExceedsOrder, UnknownLine, DuplicateLine, RefundNeedsQuantity; then nothing was
    written.
    """
    lines = list(OrderLine.objects.filter(order_id=order.pk).order_by("number"))
    terms = programs.current()
    has_row = {} if parked is None else {"uid": parked.uid}
    case = Case(
        order=order,
        lines=lines,
        document=refund,
        outcome=_outcome(order, lines, refund),
        state=state,
        refund_id=_next_id() if parked is None else parked.pk,
        business_date=calendar.local_day(refund.occurred_at, _zone(order, terms.zone)),
        spent_lots=_spent_lots(order) if order.spent_points else [],
        quantities=refund_amounts.quantities(lines, refund),
        **has_row,
    )
    batch = Posting(at=at, source=source.name, actor_id=source.actor_id)
    answer = refund_postings.post(case, batch, source, terms)
    batch.remember(source.attempt, 201, order.member_id)
    batch.close([state] if state else [])
    batch.write()
    return answer


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


def _outcome(order: Order, lines: list[OrderLine], refund: RefundDocument) -> rules.Outcome:
    sold = _sold(order, lines)
    try:
        amounts, shipping = refund_amounts.amounts(order, sold, lines, refund)
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


def _spent_lots(order: Order) -> list[tuple[Any, int]]:
    earlier = Refund.objects.filter(order_id=order.pk).values_list("pk", flat=True)
    whole = f"order:{order.pk}"
    keys = [f"{whole}:redeem", f"{whole}:rest:redeem", *(f"refund:{pk}:restore" for pk in earlier)]
    return spent_lots.of(keys)
