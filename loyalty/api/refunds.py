"""`/api/v1/orders/{id}/refunds` and `/refunds`: what came back, and what that would move."""

from uuid import UUID

import msgspec
from django.http import HttpResponse
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request

from loyalty.api import shapes
from loyalty.api.sources import source_of
from loyalty.services import refunds
from loyalty.services.documents import OrderRefundDocument, RefundDocument
from loyalty.services.refunds import Recorded
from members.api import bodies, schema
from members.api.idempotency import REPLAYED
from members.api.views import ChannelView

_encoder = msgspec.json.Encoder(order="deterministic")


class RefundsView(ChannelView):
    required_scopes = {"POST": ["orders:write"]}

    @extend_schema(
        operation_id="record_refund",
        summary="Refund an order, whole or in part",
        description="Amounts are value including what points paid; the answer says how much of "
        "it goes back as money. Neither `lines` nor `amount`: all that is left.",
        tags=["refunds"],
        parameters=[schema.IDEMPOTENCY_KEY],
        request=schema.body(RefundDocument),
        responses={
            201: schema.answer(shapes.RefundShown, "Recorded, or recorded before"),
            202: schema.answer(
                shapes.RefundParked, "It came before its order and can't be applied"
            ),
            **schema.problems(400, 404, 409, 422),
        },
    )
    def post(self, request: Request, uid: UUID) -> HttpResponse:
        refund = bodies.read(request, RefundDocument)
        recorded = refunds.record(
            order_uid=uid, refund=refund, source=source_of(request), at=timezone.now()
        )
        return _respond(recorded)


class RefundPreviewView(ChannelView):
    required_scopes = {"POST": ["orders:write"]}

    @extend_schema(
        operation_id="preview_refund",
        summary="What a refund would move; changes nothing",
        tags=["refunds"],
        request=schema.body(RefundDocument),
        responses={
            200: schema.answer(shapes.RefundShown, "What the refund would answer"),
            **schema.problems(400, 404, 409, 422),
        },
    )
    def post(self, request: Request, uid: UUID) -> HttpResponse:
        refund = bodies.read(request, RefundDocument)
        answer = refunds.preview(
            order_uid=uid, refund=refund, source=source_of(request), at=timezone.now()
        )
        return bodies.respond(answer)


class RefundsByNumberView(ChannelView):
    required_scopes = {"POST": ["orders:write"]}

    @extend_schema(
        operation_id="record_refund_by_number",
        summary="Refund an order by its number, also before the order is known",
        description="Of an order that isn't known yet the refund is parked: 202. It is applied in "
        "the transaction in which the order comes; the answer to the order lists it in "
        "`refunds_applied`, and the same refund sent again answers 201 with what it moved.",
        tags=["refunds"],
        parameters=[schema.IDEMPOTENCY_KEY],
        request=schema.body(OrderRefundDocument),
        responses={
            201: schema.answer(shapes.RefundShown, "Recorded, or recorded before"),
            202: schema.answer(shapes.RefundParked, "Parked until the order comes"),
            **schema.problems(400, 404, 409, 422),
        },
    )
    def post(self, request: Request) -> HttpResponse:
        refund = bodies.read(request, OrderRefundDocument)
        return _respond(
            refunds.record_by_number(refund=refund, source=source_of(request), at=timezone.now())
        )


class RefundPreviewByNumberView(ChannelView):
    required_scopes = {"POST": ["orders:write"]}

    @extend_schema(
        operation_id="preview_refund_by_number",
        summary="What a refund by the order's number would move; changes nothing",
        tags=["refunds"],
        request=schema.body(OrderRefundDocument),
        responses={
            200: schema.answer(shapes.RefundShown, "What the refund would answer"),
            202: schema.answer(shapes.RefundParked, "It would wait for its order"),
            **schema.problems(400, 404, 409, 422),
        },
    )
    def post(self, request: Request) -> HttpResponse:
        refund = bodies.read(request, OrderRefundDocument)
        shown = refunds.preview_by_number(
            refund=refund, source=source_of(request), at=timezone.now()
        )
        return bodies.respond(shown.answer, status=202 if shown.is_parked else 200)


def _respond(recorded: Recorded) -> HttpResponse:
    return HttpResponse(
        _encoder.encode(recorded.answer),
        status=202 if recorded.is_parked else 201,
        content_type=bodies.CONTENT_TYPE,
        headers={REPLAYED: "true"} if recorded.is_replayed else {},
    )
