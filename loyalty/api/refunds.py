"""`/api/v1/orders/{id}/refunds`: what came back, and what that would move."""

from uuid import UUID

import msgspec
from django.http import HttpResponse
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request

from loyalty.api import shapes
from loyalty.api.sources import source_of
from loyalty.services import refunds
from loyalty.services.documents import RefundDocument
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
            **schema.problems(400, 404, 409, 422),
        },
    )
    def post(self, request: Request, uid: UUID) -> HttpResponse:
        refund = bodies.read(request, RefundDocument)
        recorded = refunds.record(
            order_uid=uid, refund=refund, source=source_of(request), at=timezone.now()
        )
        headers = {REPLAYED: "true"} if recorded.is_replayed else {}
        return HttpResponse(
            _encoder.encode(recorded.answer),
            status=201,
            content_type=bodies.CONTENT_TYPE,
            headers=headers,
        )


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
