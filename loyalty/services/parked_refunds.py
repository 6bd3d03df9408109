"""Refunds that come before their order: they wait for it, and are applied with it.

Source: docs/algorithms/refunds.md, "Before the order".
"""

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any, TypeVar

import msgspec
from django.db import connection

from loyalty.models import Order, Refund
from loyalty.rules import calendar
from loyalty.services import answers, programs, refund_cases
from loyalty.services.documents import OrderRefundDocument, RefundDocument, Source, fingerprint
from loyalty.services.posting import Posting
from loyalty.services.states import State
from members.errors import DomainError, NotFound
from members.ids import uuid7

Answer = dict[str, Any]
T = TypeVar("T")
# As in loyalty/migrations/sql/open.sql.
_LOCK = 5_217_102


def lock_slot(source: str, order_external_id: str) -> None:
    """Waits for orders of this number that are being recorded, and lets later ones wait."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_advisory_xact_lock(%s, loyalty_order_slot(%s, %s))",
            [_LOCK, source, order_external_id],
        )


def park(refund: OrderRefundDocument, source: Source, at: datetime) -> Answer:
    """Keeps a refund until its order comes; the caller holds the slot. Gives the answer."""
    uid, alone = uuid7(), refund.alone()
    answer = {
        "id": str(uid),
        "order": None,
        "order_external_id": refund.order_external_id,
        "state": Refund.State.PARKED.value,
        "problem": None,
    }
    Refund.objects.create(
        uid=uid,
        source=source.name,
        external_id=refund.external_id,
        fingerprint=fingerprint(alone),
        state=Refund.State.PARKED,
        order_external_id=refund.order_external_id,
        occurred_at=refund.occurred_at,
        recorded_at=at,
        business_date=calendar.local_day(refund.occurred_at, programs.current().zone),
        # Nothing has come back yet: sums over refunds must not count it.
        value_amount=0,
        reason=refund.reason,
        actor_id=source.actor_id,
        request={
            "refund": msgspec.to_builtins(alone),
            "store_ids": None if source.store_ids is None else sorted(source.store_ids),
        },
        answer=answer,
    )
    if source.attempt is not None:
        batch = Posting(at=at, source=source.name)
        batch.remember(source.attempt, 202, None)
        batch.write()
    return answer


def parts(orders: Sequence[T], numbers: Sequence[str], parked: Collection[str]) -> list[list[T]]:
    """A batch cut after each order for which refunds wait: they are judged right after it, as if
    every order had come by itself."""
    found: list[list[T]] = [[]]
    waiting = set(parked)
    for order, number in zip(orders, numbers, strict=True):
        found[-1].append(order)
        if number in waiting:
            waiting.discard(number)
            found.append([])
    return [part for part in found if part]


def apply(*, source: Source, order_external_id: str, answer: Answer, at: datetime) -> Answer:
    """Applies what waits for this order, in the order in which it happened, in the transaction
    that recorded it. Gives the order's answer with `refunds_applied` and what the account is
    then; it is kept with the order for repeats. What can't be applied stays parked with why.
    """
    order = Order.objects.get(source=source.name, external_id=order_external_id)
    waiting = Refund.objects.filter(
        state=Refund.State.PARKED,
        order=None,
        source=source.name,
        order_external_id=order_external_id,
    ).order_by("occurred_at", "pk")
    applied: list[Answer] = []
    state: State | None = None
    for row in waiting:
        state = refund_cases.lock(order)
        try:
            applied.append(
                {"external_id": row.external_id, **_apply(row, order, state, source, at)}
            )
        except DomainError as error:
            _keep_parked(row, order, error)
    full = {**answer, "refunds_applied": applied}
    if applied and state is not None:
        full["account"] = answers.account(state)
        full["tier"] = {
            **(answers.tier(state, None, programs.current())),
            "changed_from": (answer["tier"] or {}).get("changed_from"),
        }
    Order.objects.filter(pk=order.pk).update(answer=full)
    return full


def _apply(row: Refund, order: Order, state: State | None, source: Source, at: datetime) -> Answer:
    store_ids = row.request["store_ids"]
    if store_ids is not None and order.store_id not in store_ids:
        raise NotFound("there is no such order")
    refund = msgspec.convert(row.request["refund"], RefundDocument, strict=False)
    # The till's key of this request belongs to the order; the refund had its own.
    sender = replace(source, attempt=None, actor_id=row.actor_id)
    return refund_cases.post(order, refund, state, sender, at, parked=row)


def _keep_parked(row: Refund, order: Order, error: DomainError) -> None:
    row.order = order
    row.member_id = order.member_id
    row.answer = {
        **row.answer,
        "order": str(order.uid),
        "problem": {"code": error.code, "detail": str(error), **error.details},
    }
    row.save(update_fields=["order", "member", "answer"])
