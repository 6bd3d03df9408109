"""`/api/v1/members/{id}/tier-purchases`: a tier for points."""

import hashlib
from datetime import datetime
from typing import Annotated
from uuid import UUID

import msgspec
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from msgspec import Meta
from rest_framework.request import Request

from loyalty.services import tier_grants
from members.api import bodies, schema
from members.api.idempotency import idempotent
from members.api.views import ChannelView, client_of
from members.ids import uuid7
from members.selectors import members as member_selectors
from members.services.idempotency import Answer


class TierPurchaseSent(bodies.Strict):
    """The code of the tier to buy."""

    tier: Annotated[str, Meta(min_length=1, max_length=40)]


class TierPurchaseShown(msgspec.Struct, kw_only=True):
    """What was paid, and until when the tier holds."""

    tier: str
    points: int
    until: datetime | None


class TierPurchasesView(ChannelView):
    required_scopes = {"POST": ["points:redeem"]}

    @extend_schema(
        operation_id="buy_tier",
        summary="Buy a tier with points, for one term",
        tags=["accounts"],
        parameters=[schema.IDEMPOTENCY_KEY],
        request=schema.body(TierPurchaseSent),
        responses={
            201: schema.answer(TierPurchaseShown, "Bought, or bought before with this key"),
            **schema.problems(400, 404, 409, 422),
        },
    )
    @idempotent
    def post(self, request: Request, uid: UUID) -> Answer:
        sent = bodies.read(request, TierPurchaseSent)
        member = member_selectors.by_uid(uid=uid)
        bought = tier_grants.buy(
            member_id=member.pk, tier_code=sent.tier, key=_key(request), at=timezone.now()
        )
        shown = TierPurchaseShown(
            tier=bought.tier_code, points=bought.points, until=bought.until_at
        )
        return bodies.answer(shown, status=201, member=member)


def _key(request: Request) -> str:
    """The ledger's key of this purchase: the channel's own, told apart by the channel."""
    given = request.META.get("HTTP_IDEMPOTENCY_KEY")
    if given is None:
        return f"tier-buy:{uuid7().hex}"
    digest = hashlib.sha256(f"{client_of(request).id}|{given}".encode()).hexdigest()
    return f"tier-buy:{digest[:40]}"
