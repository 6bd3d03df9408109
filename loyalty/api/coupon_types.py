"""`/api/v1/coupon-types`: what members may claim, and the claim itself."""

from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request

from loyalty.api import coupon_shapes as shapes
from loyalty.api import coupon_words, sources
from loyalty.selectors import coupon_lists
from loyalty.selectors import coupons as found_coupons
from loyalty.selectors.coupon_lists import Claimable
from loyalty.services import coupons, references
from members.api import bodies, pages, schema
from members.api.idempotency import idempotent
from members.api.views import ChannelView, client_of
from members.registry.fields import Words
from members.services.idempotency import Answer


class CouponTypesView(ChannelView):
    required_scopes = {"GET": ["coupons:redeem"]}

    @extend_schema(
        operation_id="list_coupon_types",
        summary="Coupon types that members may claim now",
        description="Newest first, with what is left in words that a page can show. A client of "
        "some stores sees what is valid in one of them.",
        tags=["coupons"],
        parameters=[schema.CURSOR, schema.LIMIT],
        responses={200: schema.page(shapes.CouponTypeListed, "A page"), **schema.problems(422)},
    )
    def get(self, request: Request) -> HttpResponse:
        at, words = timezone.now(), coupon_words.said()
        store_ids = client_of(request).store_ids
        return pages.respond(
            request,
            fetch=lambda before_id, limit: coupon_lists.claimable(
                at=at, store_ids=store_ids, before_id=before_id, limit=limit
            ),
            id_of=lambda found: found.type.pk,
            show=lambda found: _listed(found, words),
        )


class CouponTypeClaimView(ChannelView):
    required_scopes = {"POST": ["coupons:redeem"]}

    @extend_schema(
        operation_id="claim_coupon_type",
        summary="A member claims a coupon",
        description="Stock, budget and the member's limits hold under any number of claims at "
        "once. Without an Idempotency-Key each call is another claim.",
        tags=["coupons"],
        parameters=[schema.IDEMPOTENCY_KEY],
        request=schema.body(shapes.CouponClaimSent),
        responses={
            201: schema.answer(shapes.CouponShown, "The coupon, or the one of this key"),
            **schema.problems(400, 404, 409, 422),
        },
    )
    @idempotent
    def post(self, request: Request, uid: UUID) -> Answer:
        sent, at = bodies.read(request, shapes.CouponClaimSent), timezone.now()
        client, member = client_of(request), references.member(sent.member)
        coupon_lists.check_seen(type_uid=uid, store_ids=client.store_ids)
        claimed = coupons.claim(
            member_id=member.pk,
            key=sources.key_of(request, about=f"claim:{uid.hex}:{member.pk}"),
            at=at,
            type_uid=uid,
            source=client.source,
        )
        state = found_coupons.state_of(coupon=claimed, at=at)
        shown = shapes.coupon(claimed, coupon_words.describe(claimed.type), state=state)
        return bodies.answer(shown, status=201, member=member)


def _listed(found: Claimable, words: Words) -> Any:
    state, text = coupon_words.left(found)
    return shapes.CouponTypeListed(
        **shapes.type_fields(found.type, coupon_words.describe(found.type, words)),
        claim_until=found.type.claim_until,
        left=state,  # type: ignore[arg-type]
        left_count=found.left_count,
        left_text=text,
    )
