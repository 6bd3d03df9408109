"""`/api/v1/points`: holds for a checkout, and points that one member gives to another."""

from typing import Annotated, Any
from uuid import UUID

import msgspec
from django.http import HttpResponse
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from msgspec import UNSET, Meta, UnsetType
from rest_framework.request import Request

from loyalty.api import shapes
from loyalty.api.sources import source_of
from loyalty.services import holds, transfers
from loyalty.services.documents import HoldDocument, TransferDocument
from members.api import bodies, schema
from members.api.idempotency import REPLAYED
from members.api.views import ChannelView

# Sorted fields: an answer that was kept, read back from the database, gives the same bytes.
_encoder = msgspec.json.Encoder(order="deterministic")


class CaptureSent(bodies.Strict):
    """How many of the held points to spend; all of them if not said. The rest is released."""

    points: Annotated[int, Meta(ge=0, le=10**12)] | UnsetType = UNSET


class ReleaseSent(bodies.Strict):
    """Nothing more is to be said."""


class HoldShown(msgspec.Struct, kw_only=True):
    """A hold as it stands now: OPEN, CAPTURED, RELEASED or EXPIRED."""

    id: str
    external_id: str
    state: str
    points: int
    captured_points: int
    expires_at: str
    account: shapes.AccountShown


class TransferShown(msgspec.Struct, kw_only=True):
    """What was moved, between whom, and the giver's balances after it."""

    id: str
    from_member: str = msgspec.field(name="from")
    to_member: str = msgspec.field(name="to")
    points: int
    account: shapes.AccountShown


class HoldsView(ChannelView):
    required_scopes = {"POST": ["points:redeem"]}

    @extend_schema(
        operation_id="hold_points",
        summary="Keep points aside for a checkout",
        description="Before payment: the points can't be spent elsewhere until they are captured, "
        "released, or the time is over. (source, external_id) is the key: the same body again "
        "gives the hold as it stands, another body 409.",
        tags=["points"],
        parameters=[schema.IDEMPOTENCY_KEY],
        request=schema.body(HoldDocument),
        responses={
            201: schema.answer(HoldShown, "Held, or held before"),
            **schema.problems(400, 404, 409, 422),
        },
    )
    def post(self, request: Request) -> HttpResponse:
        hold = bodies.read(request, HoldDocument)
        answer = holds.create(hold=hold, source=source_of(request), at=timezone.now())
        return _respond(answer, 201)


class HoldCaptureView(ChannelView):
    required_scopes = {"POST": ["points:redeem"]}

    @extend_schema(
        operation_id="capture_hold",
        summary="Spend held points, all or some",
        description="After the hold's time: 409 `hold_expired`, nothing is spent. An order that "
        "names its hold captures it by itself.",
        tags=["points"],
        parameters=[schema.IDEMPOTENCY_KEY],
        request=schema.body(CaptureSent),
        responses={
            200: schema.answer(HoldShown, "Captured, or captured before"),
            **schema.problems(400, 404, 409, 422),
        },
    )
    def post(self, request: Request, uid: UUID) -> HttpResponse:
        sent = bodies.read(request, CaptureSent)
        points = None if isinstance(sent.points, UnsetType) else sent.points
        source = source_of(request)
        return _respond(
            holds.capture(hold_uid=uid, points=points, source=source, at=timezone.now())
        )


class HoldReleaseView(ChannelView):
    required_scopes = {"POST": ["points:redeem"]}

    @extend_schema(
        operation_id="release_hold",
        summary="Let go of held points",
        tags=["points"],
        parameters=[schema.IDEMPOTENCY_KEY],
        request=schema.body(ReleaseSent),
        responses={
            200: schema.answer(HoldShown, "Released, or gone before"),
            **schema.problems(400, 404, 409),
        },
    )
    def post(self, request: Request, uid: UUID) -> HttpResponse:
        bodies.read(request, ReleaseSent)
        source = source_of(request)
        return _respond(holds.release(hold_uid=uid, source=source, at=timezone.now()))


class TransfersView(ChannelView):
    required_scopes = {"POST": ["points:redeem"]}

    @extend_schema(
        operation_id="transfer_points",
        summary="Give points of one member to another",
        description="Where the programme allows it. Lots move with their expiry; pending and held "
        "points stay. (source, external_id) is the key.",
        tags=["points"],
        parameters=[schema.IDEMPOTENCY_KEY],
        request=schema.body(TransferDocument),
        responses={
            201: schema.answer(TransferShown, "Moved, or moved before"),
            **schema.problems(400, 404, 409, 422),
        },
    )
    def post(self, request: Request) -> HttpResponse:
        sent = bodies.read(request, TransferDocument)
        done = transfers.transfer(transfer=sent, source=source_of(request), at=timezone.now())
        return _respond(done.answer, 201, is_replayed=done.is_replayed)


def _respond(
    answer: dict[str, Any], status: int = 200, *, is_replayed: bool = False
) -> HttpResponse:
    return HttpResponse(
        _encoder.encode(answer),
        status=status,
        content_type=bodies.CONTENT_TYPE,
        headers={REPLAYED: "true"} if is_replayed else {},
    )
