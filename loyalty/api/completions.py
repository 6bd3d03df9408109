"""`/api/v1/orders/{id}/completion`: delivered, or past its return period."""

from uuid import UUID

import msgspec
from django.http import HttpResponse
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request

from loyalty.api import shapes
from loyalty.api.sources import source_of
from loyalty.services import completions
from members.api import bodies, schema
from members.api.idempotency import REPLAYED
from members.api.views import ChannelView


class CompletionSent(bodies.Strict):
    """When the order was completed."""

    occurred_at: bodies.Instant


class CompletionShown(msgspec.Struct, kw_only=True):
    """Since when the order is completed, and how many points became usable by this call."""

    order: str
    completed_at: str
    activated: int
    account: shapes.AccountShown | None


class CompletionView(ChannelView):
    required_scopes = {"POST": ["orders:write"]}

    @extend_schema(
        operation_id="complete_order",
        summary="Tell that an order is completed",
        description="Points that wait for it become usable, and live from then. The first "
        "completion counts; a repeat changes nothing.",
        tags=["orders"],
        parameters=[schema.IDEMPOTENCY_KEY],
        request=schema.body(CompletionSent),
        responses={
            200: schema.answer(CompletionShown, "Completed, or completed before"),
            **schema.problems(400, 403, 404, 422),
        },
    )
    def post(self, request: Request, uid: UUID) -> HttpResponse:
        sent = bodies.read(request, CompletionSent)
        done = completions.complete(
            order_uid=uid,
            source=source_of(request),
            occurred_at=sent.occurred_at,
            at=timezone.now(),
        )
        response = bodies.respond(done.answer)
        if done.is_replayed:
            response[REPLAYED] = "true"
        return response
