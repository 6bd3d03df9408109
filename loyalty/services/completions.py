"""An order is completed: delivered, or past its return period. Points that waited become usable.

Source: docs/algorithms/expiry.md, "Until the order is completed".
"""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from django.db import transaction

from loyalty.errors import OccurredBeforeOrder
from loyalty.events import PointsActivated
from loyalty.models import Order
from loyalty.rules import calendar, lives
from loyalty.rules.entries import Document
from loyalty.services import answers, order_checks, programs, refund_cases
from loyalty.services.documents import Source
from loyalty.services.posting import Posting
from loyalty.services.states import State
from members.errors import NotFound
from members.services import bell


@dataclass(frozen=True)
class Completed:
    """The answer, and whether the order was completed before."""

    answer: dict[str, Any]
    is_replayed: bool = False


def complete(*, order_uid: UUID, source: Source, occurred_at: datetime, at: datetime) -> Completed:
    """Marks an order as completed; its waiting points become usable, and their validity runs from
    the completion. Again it changes nothing: the first completion counts.

    Raises: NotFound; OccurredInFuture; BackdatingNotAllowed; OccurredBeforeOrder.
    """
    with transaction.atomic():
        order = Order.objects.filter(uid=order_uid).first()
        if order is None or not _may_see(order, source):
            raise NotFound("there is no such order")
        state = refund_cases.lock(order)
        if order.completed_at is not None:
            if state is not None:
                state.ledger.settle(at)
            return Completed(_answer(order, state, 0), is_replayed=True)
        order_checks.check_instant(occurred_at, source, at)
        if occurred_at < order.occurred_at:
            raise OccurredBeforeOrder(order_occurred_at=order.occurred_at.isoformat())
        order.completed_at = occurred_at
        order.save(update_fields=["completed_at"])
        return Completed(_answer(order, state, _activate(order, state, source, at)))


def _activate(order: Order, state: State | None, source: Source, at: datetime) -> int:
    """Gives how many points became usable, whether or not they have lapsed since."""
    if state is None or order.completed_at is None:
        return 0
    ledger, terms = state.ledger, programs.current()
    ledger.settle(at)
    # A channel's clock may be ahead of ours: the points are usable now all the same.
    since = min(order.completed_at, at)
    document = Document(
        "ORDER", order.pk, f"completion:order:{order.pk}", order.completed_at, source.actor_id
    )
    waiting = [
        lot
        for lot in ledger.lots
        if lot.order_id == order.pk and lot.activates_at >= calendar.UNTIL_COMPLETED
    ]
    points = lives.complete(
        ledger,
        waiting,
        document=document,
        expires_at=calendar.expiry(since, terms.validity, terms.zone),
        at=since,
    )
    # Told very late, they may have lapsed already.
    ledger.settle(at)
    batch = Posting(at=at, source=source.name, actor_id=source.actor_id)
    if points:
        batch.tell(
            PointsActivated(points=points),
            member_id=state.member_id,
            occurred_at=order.completed_at,
        )
    batch.close([state])
    batch.write()
    if "dispatches" in batch.rows:
        bell.ring_on_commit()
    return points


def _may_see(order: Order, source: Source) -> bool:
    return source.store_ids is None or order.store_id in source.store_ids


def _answer(order: Order, state: State | None, points: int) -> dict[str, Any]:
    assert order.completed_at is not None
    return {
        "order": str(order.uid),
        "completed_at": order.completed_at.astimezone(UTC).isoformat(),
        "activated": points,
        "account": answers.account(state) if state else None,
    }
