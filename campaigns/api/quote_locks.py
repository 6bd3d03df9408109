"""`/api/v1/quotes/locks`: a quote made firm before payment."""

from typing import Any
from uuid import UUID

import msgspec
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request

from campaigns.services import quote_locks
from campaigns.services.quote_locks import LockDocument
from loyalty.api.sources import source_of
from members.api import bodies, schema
from members.api.idempotency import idempotent
from members.api.views import ChannelView
from members.services.idempotency import Answer

# Sorted fields: an answer that was kept gives the same bytes.
_encoder = msgspec.json.Encoder(order="deterministic")


class ReleaseSent(bodies.Strict):
    """Nothing more is to be said."""


class QuoteLockShown(msgspec.Struct, kw_only=True):
    """A lock as it stands now: OPEN, COMMITTED (its order is paid), RELEASED or EXPIRED. `coupons`
    and `offers` are codes that it keeps, `points_hold` what the order names to spend the points."""

    id: str
    external_id: str
    state: str
    expires_at: str
    coupons: list[str]
    offers: list[str]
    points_hold: str | None


class QuoteLocksView(ChannelView):
    required_scopes = {"POST": ["orders:write"]}

    @extend_schema(
        operation_id="lock_quote",
        summary="Keep what a quote promised, before payment",
        description="Locks its coupons, reserves budgets and limits of its offers and holds its "
        "points for an order of this number, all or nothing. An order of the number that names "
        "the quote uses what is kept. (source, external_id) is the key: the same body again gives "
        "the lock as it stands. A quote that can't be kept any more is 409 `quote_changed` with "
        "`difference` and a new `quote`; then nothing is kept.",
        tags=["quotes"],
        parameters=[schema.IDEMPOTENCY_KEY],
        request=schema.body(LockDocument),
        responses={
            201: schema.answer(QuoteLockShown, "Locked, or locked before"),
            **schema.problems(400, 404, 409, 422),
        },
    )
    @idempotent
    def post(self, request: Request) -> Answer:
        lock = bodies.read(request, LockDocument)
        answer = quote_locks.create(lock=lock, source=source_of(request), at=timezone.now())
        return _answer(answer, 201)


class QuoteLockReleaseView(ChannelView):
    required_scopes = {"POST": ["orders:write"]}

    @extend_schema(
        operation_id="release_quote_lock",
        summary="Let go of what a lock keeps",
        tags=["quotes"],
        parameters=[schema.IDEMPOTENCY_KEY],
        request=schema.body(ReleaseSent),
        responses={
            200: schema.answer(QuoteLockShown, "Released, or gone before"),
            **schema.problems(400, 404, 409),
        },
    )
    @idempotent
    def post(self, request: Request, uid: UUID) -> Answer:
        bodies.read(request, ReleaseSent)
        source = source_of(request)
        return _answer(quote_locks.release(lock_uid=uid, source=source, at=timezone.now()), 200)


def _answer(shown: dict[str, Any], status: int) -> Answer:
    return Answer(status, _encoder.encode(shown))
