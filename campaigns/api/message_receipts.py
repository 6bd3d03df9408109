"""`/api/v1/message-receipts`: what became of messages that a channel sent itself."""

from typing import Annotated, Literal
from uuid import UUID

import msgspec
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from msgspec import Meta
from rest_framework.request import Request

from campaigns.services import channel_receipts
from campaigns.services.channel_receipts import Reported, Reporter
from members.api import bodies, schema
from members.api.bodies import Instant
from members.api.idempotency import idempotent
from members.api.views import ChannelView, client_of
from members.services.idempotency import Answer

Kind = Literal["delivered", "bounced", "complained", "opened", "clicked", "unsubscribed"]


class ReceiptSent(bodies.Strict):
    """One report. `external_id` is yours, the same when you send it again; `message` is our id of
    the message; `detail` a code, never a text or an address."""

    external_id: Annotated[str, Meta(min_length=1, max_length=120)]
    message: UUID
    kind: Kind
    occurred_at: Instant
    detail: Annotated[str, Meta(max_length=80, pattern=r"^[A-Za-z0-9._:/-]*$")] = ""
    is_permanent: Annotated[
        bool, Meta(description="Of a bounce: the address is dead for good, and is suppressed.")
    ] = False
    is_machine: Annotated[
        bool, Meta(description="A scanner or a prefetcher, not the member: it doesn't count.")
    ] = False


class ReceiptsSent(bodies.Strict):
    """Up to 500 reports."""

    receipts: list[ReceiptSent]


class ReceiptResult(msgspec.Struct, kw_only=True):
    """What became of one report: 201 recorded, 200 repeated, 404 unknown, 409 conflict (the id was
    used for another report) or not_sent (the message never left)."""

    external_id: str
    status: int
    result: Literal["recorded", "repeated", "unknown", "conflict", "not_sent"]


class ReceiptResults(msgspec.Struct, kw_only=True):
    """A result for each report, in the order sent."""

    results: list[ReceiptResult]


class MessageReceiptsView(ChannelView):
    required_scopes = {"POST": ["messages:write"]}

    @extend_schema(
        operation_id="record_message_receipts",
        summary="Report what became of messages",
        description="For channels that send messages themselves, such as pushes: up to 500 "
        "reports, in any order, also late. Each has its own id and its own result; the same batch "
        "may be sent again. Complaints and unsubscriptions withdraw the consent that the message "
        "was sent by; complaints and permanent bounces suppress the address.",
        tags=["messages"],
        parameters=[schema.IDEMPOTENCY_KEY],
        request=schema.body(ReceiptsSent),
        responses={
            200: schema.answer(ReceiptResults, "A result for each report"),
            **schema.problems(400, 422),
        },
    )
    @idempotent
    def post(self, request: Request) -> Answer:
        sent, client = bodies.read(request, ReceiptsSent), client_of(request)
        results = channel_receipts.record(
            reports=[_reported(one) for one in sent.receipts],
            reporter=Reporter(source=client.source, scope=client.scope),
            at=timezone.now(),
        )
        shown = [
            ReceiptResult(
                external_id=one.external_id,
                status=channel_receipts.status_of(result),
                result=result,  # type: ignore[arg-type]
            )
            for one, result in zip(sent.receipts, results, strict=True)
        ]
        return bodies.answer(ReceiptResults(results=shown), status=200)


def _reported(one: ReceiptSent) -> Reported:
    return Reported(
        external_id=one.external_id,
        message=one.message,
        kind=one.kind.upper(),
        occurred_at=one.occurred_at,
        detail=one.detail,
        is_permanent=one.is_permanent,
        is_machine=one.is_machine,
    )
