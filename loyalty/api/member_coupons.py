"""`/api/v1/members/{id}/coupons`: a member's wallet, and coupons that a channel gives."""

from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.utils import timezone
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request

from loyalty.api import coupon_shapes as shapes
from loyalty.api import coupon_words, sources
from loyalty.models import Coupon
from loyalty.selectors import coupon_lists
from loyalty.selectors import coupons as found_coupons
from loyalty.services import coupons
from members.api import bodies, faults, pages, problems, schema
from members.api.idempotency import idempotent
from members.api.member_authentication import member_of
from members.api.member_views import OwnView
from members.api.views import ChannelView
from members.registry.fields import Words
from members.selectors import members
from members.services.idempotency import Answer

_STATES = OpenApiParameter(
    "states",
    {"type": "array", "items": {"type": "string", "enum": list(Coupon.State.values)}},
    explode=False,
    description="As they stand now, separated by commas, such as CLAIMED,LOCKED; without: all.",
)


class MemberCouponsView(ChannelView):
    required_scopes = {"GET": ["members:read"], "POST": ["coupons:grant"]}

    @extend_schema(
        operation_id="list_member_coupons",
        summary="A member's coupons, newest first",
        description="States as of now: what has lapsed is EXPIRED, whether or not a job ran.",
        tags=["coupons"],
        parameters=[_STATES, schema.CURSOR, schema.LIMIT],
        responses={200: schema.page(shapes.CouponShown, "A page"), **schema.problems(404, 422)},
    )
    def get(self, request: Request, uid: UUID) -> HttpResponse:
        return _wallet(request, members.by_uid(uid=uid).pk)

    @extend_schema(
        operation_id="grant_coupon",
        summary="Give a member a coupon",
        description="Of any type that is live, claimable or not. Needs a scope of its own: a "
        "coupon is money.",
        tags=["coupons"],
        parameters=[schema.IDEMPOTENCY_KEY],
        request=schema.body(shapes.CouponGrantSent),
        responses={
            201: schema.answer(shapes.CouponShown, "The coupon, or the one of this key"),
            **schema.problems(400, 404, 409, 422),
        },
    )
    @idempotent
    def post(self, request: Request, uid: UUID) -> Answer:
        sent, at = bodies.read(request, shapes.CouponGrantSent), timezone.now()
        member = members.by_uid(uid=uid)
        granted = coupons.grant(
            type_code=sent.type,
            member_id=member.pk,
            key=sources.key_of(request, about=f"grant:{sent.type}:{member.pk}"),
            origin=Coupon.Origin.IMPORT,
            at=at,
        )
        state = found_coupons.state_of(coupon=granted, at=at)
        shown = shapes.coupon(granted, coupon_words.describe(granted.type), state=state)
        return bodies.answer(shown, status=201, member=member)


class OwnCouponsView(OwnView):
    @extend_schema(
        operation_id="list_my_coupons",
        summary="My coupons, newest first",
        description="States as of now.",
        tags=["me"],
        parameters=[_STATES, schema.CURSOR, schema.LIMIT],
        responses={200: schema.page(shapes.CouponShown, "A page"), **schema.problems(422)},
    )
    def get(self, request: Request) -> HttpResponse:
        return _wallet(request, member_of(request).pk)


def _wallet(request: Request, member_id: int) -> HttpResponse:
    at, states, words = timezone.now(), _states(request), coupon_words.said()
    return pages.respond(
        request,
        fetch=lambda before_id, limit: coupon_lists.of_member(
            member_id=member_id, states=states, at=at, before_id=before_id, limit=limit
        ),
        id_of=lambda coupon: coupon.pk,
        show=lambda one: _shown(one, words),
    )


def _states(request: Request) -> list[str]:
    """Raises: problems.Refused, for a state that there is not."""
    given = [name for name in request.query_params.get("states", "").split(",") if name]
    if not set(given) <= set(Coupon.State.values):
        error = faults.unknown("?states", Coupon.State.values)
        raise problems.refuse(422, "invalid", errors=[error])
    return given


def _shown(one: Any, words: Words) -> shapes.CouponShown:
    return shapes.coupon(one, coupon_words.describe(one.type, words), state=one.standing)
