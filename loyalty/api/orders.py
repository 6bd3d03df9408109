"""`/api/v1/orders`: what tills send. The hot path: msgspec in and out, one service call."""

from typing import Any
from uuid import UUID

import msgspec
from django.http import HttpResponse
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request

from loyalty.api import shapes
from loyalty.api.sources import source_of
from loyalty.selectors import orders as selectors
from loyalty.services import orders
from loyalty.services.documents import OrderDocument
from loyalty.services.orders import Recorded
from members.api import bodies, problems, schema
from members.api.idempotency import REPLAYED
from members.api.views import ChannelView, client_of

# Sorted fields: the kept answer, read back from the database, gives the same bytes.
_encoder = msgspec.json.Encoder(order="deterministic")


class Batch(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Orders of a batch, each read by itself: one that is malformed doesn't hinder the others."""

    orders: list[msgspec.Raw]


class BatchDocument(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Up to 500 orders."""

    orders: list[OrderDocument]


class OrdersView(ChannelView):
    required_scopes = {"POST": ["orders:write"]}

    @extend_schema(
        operation_id="record_order",
        summary="Record a paid order",
        description="A paid order is a fact and is always recorded; what could not be honored "
        "is listed in `refused`. (source, external_id) is its key: the same body again gives "
        "the first answer, another body 409.",
        tags=["orders"],
        parameters=[schema.IDEMPOTENCY_KEY],
        request=schema.body(OrderDocument),
        responses={
            201: schema.answer(shapes.OrderShown, "Recorded, or recorded before"),
            **schema.problems(400, 409, 422),
        },
    )
    def post(self, request: Request) -> HttpResponse:
        order = bodies.read(request, OrderDocument)
        recorded = orders.record(order=order, source=source_of(request), at=timezone.now())
        return _respond(recorded.answer, 201, is_replayed=recorded.is_replayed)


class OrderBatchView(ChannelView):
    required_scopes = {"POST": ["orders:write"]}

    @extend_schema(
        operation_id="record_orders",
        summary="Record up to 500 paid orders",
        description="In the order given, in one transaction; refused ones don't hinder the rest.",
        tags=["orders"],
        parameters=[schema.IDEMPOTENCY_KEY],
        request=schema.body(BatchDocument),
        responses={
            200: schema.answer(shapes.BatchShown, "A result for each order"),
            **schema.problems(400, 422),
        },
    )
    def post(self, request: Request) -> HttpResponse:
        sent = bodies.read(request, Batch)
        documents, results = _documents(sent)
        recorded = orders.record_batch(
            orders=[document for _, document in documents],
            source=source_of(request),
            at=timezone.now(),
        )
        for (index, _), outcome in zip(documents, recorded, strict=True):
            results[index] = _result(request, outcome)
        taken = [outcome.is_replayed for outcome in recorded if outcome.error is None]
        # Every order was known: the whole answer is that of the first time.
        return _respond({"results": results}, 200, is_replayed=bool(taken) and all(taken))


class OrderView(ChannelView):
    required_scopes = {"GET": ["orders:write"]}

    @extend_schema(
        operation_id="read_order",
        summary="Read an order with its decision trace",
        tags=["orders"],
        responses={200: schema.answer(shapes.OrderRead, "The order"), **schema.problems(404)},
    )
    def get(self, request: Request, uid: UUID) -> HttpResponse:
        order = selectors.by_uid(uid=uid, store_ids=client_of(request).store_ids)
        return bodies.respond(_read(order))


def _documents(sent: Batch) -> tuple[list[tuple[int, OrderDocument]], list[Any]]:
    documents: list[tuple[int, OrderDocument]] = []
    results: list[Any] = [None] * len(sent.orders)
    for index, raw in enumerate(sent.orders):
        try:
            documents.append((index, bodies.decode(bytes(raw), OrderDocument)))
        except problems.Refused as error:
            results[index] = _refused(None, problems.document(error.problem))
    return documents, results


def _result(request: Request, outcome: Recorded) -> dict[str, Any]:
    if outcome.error is not None:
        problem = problems.problem_of(outcome.error)
        assert problem is not None
        return _refused(outcome.external_id, problems.document(problem))
    return {
        "external_id": outcome.external_id,
        "status": 201,
        "order": outcome.answer,
        "problem": None,
    }


def _refused(external_id: str | None, document: dict[str, Any]) -> dict[str, Any]:
    return {
        "external_id": external_id,
        "status": document["status"],
        "order": None,
        "problem": document,
    }


def _respond(value: Any, status: int, *, is_replayed: bool = False) -> HttpResponse:
    headers = {REPLAYED: "true"} if is_replayed else {}
    return HttpResponse(
        _encoder.encode(value), status=status, content_type=bodies.CONTENT_TYPE, headers=headers
    )


def _read(order: selectors.OrderInFull) -> dict[str, Any]:
    row = order.order
    return {
        "id": row.uid,
        "external_id": row.external_id,
        "member": order.member_uid,
        "store": row.store.code if row.store else None,
        "channel": row.channel.code,
        "occurred_at": row.occurred_at,
        "recorded_at": row.recorded_at,
        "business_date": row.business_date,
        "currency": row.currency,
        "net_amount": row.net_amount,
        "shipping_amount": row.shipping_amount,
        "rounding_amount": row.rounding_amount,
        "money_amount": row.money_amount,
        "points_amount": row.points_amount,
        "refunded_amount": row.refunded_amount,
        "earned_points": row.earned_points,
        "spent_points": row.spent_points,
        "lines": [
            {
                "line_id": line.line_id,
                "sku": line.product.sku,
                "quantity": line.quantity,
                "net_amount": line.net_amount,
                "eligible_amount": line.eligible_amount,
                "earned_points": line.earned_points,
                "refunded_amount": line.refunded_amount,
            }
            for line in order.lines
        ],
        "trace": row.trace,
        "metadata": row.metadata,
    }
