"""A member's redemptions: as channels list them, and `/api/v1/me/redemptions`."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.utils import timezone
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request

from loyalty.api import reward_shapes as shapes
from loyalty.api import sources
from loyalty.api.redemptions import respond
from loyalty.models import Redemption
from loyalty.selectors import redemptions as found
from loyalty.services import redemption_ends, redemption_requests
from loyalty.services import redemption_ready as ready
from loyalty.services.redemption_ends import BY_MEMBER, Ending
from loyalty.services.redemption_requests import Ask
from members.api import bodies, faults, pages, problems, schema
from members.api.member_authentication import member_of
from members.api.member_views import OwnView
from members.api.views import ChannelView
from members.selectors import members

_STATES = OpenApiParameter(
    "states",
    {"type": "array", "items": {"type": "string", "enum": list(Redemption.State.values)}},
    explode=False,
    description="As they stand now, separated by commas, such as REQUESTED,READY; without: all.",
)
_OWN = schema.answer(shapes.OwnRedemptionShown, "The redemption as it stands now")
_PROBLEMS = schema.problems(400, 404, 409, 422)


class MemberRedemptionsView(ChannelView):
    required_scopes = {"GET": ["rewards:redeem"]}

    @extend_schema(
        operation_id="list_member_redemptions",
        summary="A member's redemptions, newest first",
        tags=["rewards"],
        parameters=[_STATES, schema.CURSOR, schema.LIMIT],
        responses={200: schema.page(shapes.RedemptionShown, "A page"), **schema.problems(404, 422)},
    )
    def get(self, request: Request, uid: UUID) -> HttpResponse:
        return _list(request, members.by_uid(uid=uid).pk, shapes.redemption)


class OwnRequestView(OwnView):
    @extend_schema(
        operation_id="redeem_my_reward",
        summary="Redeem a reward",
        description="Send an Idempotency-Key: without one each call is another redemption. With "
        "money to be paid the shop's own server tells us of the payment.",
        tags=["me"],
        parameters=[schema.IDEMPOTENCY_KEY],
        request=schema.body(shapes.OwnRedemptionSent),
        responses={201: _OWN, **_PROBLEMS},
    )
    def post(self, request: Request, uid: UUID) -> HttpResponse:
        sent, source = bodies.read(request, shapes.OwnRedemptionSent), sources.source_of(request)
        member = member_of(request)
        ask = Ask(
            reward_uid=uid,
            member_id=member.pk,
            external_id=sources.key_of(request, about=f"reward:{uid.hex}:{member.pk}"),
            quantity=sent.quantity,
            store=ready.place(code=sent.store, source=source) if sent.store else None,
        )
        return respond(
            redemption_requests.request, shapes.own_redemption, 201, ask=ask, source=source
        )


class OwnRedemptionsView(OwnView):
    @extend_schema(
        operation_id="list_my_redemptions",
        summary="My redemptions, newest first",
        tags=["me"],
        parameters=[_STATES, schema.CURSOR, schema.LIMIT],
        responses={200: schema.page(shapes.OwnRedemptionShown, "A page"), **schema.problems(422)},
    )
    def get(self, request: Request) -> HttpResponse:
        return _list(request, member_of(request).pk, shapes.own_redemption)


class OwnRedemptionView(OwnView):
    @extend_schema(
        operation_id="read_my_redemption",
        summary="One of my redemptions, with its code to be scanned",
        tags=["me"],
        responses={200: _OWN, **schema.problems(404)},
    )
    def get(self, request: Request, uid: UUID) -> HttpResponse:
        own = found.by_uid(uid=uid, member_id=member_of(request).pk)
        return bodies.respond(shapes.own_redemption(own, timezone.now()))


class OwnCancelView(OwnView):
    @extend_schema(
        operation_id="cancel_my_redemption",
        summary="Cancel a redemption that I have not picked up",
        tags=["me"],
        parameters=[schema.IDEMPOTENCY_KEY],
        request=schema.body(shapes.OwnCancelSent),
        responses={200: _OWN, **_PROBLEMS},
    )
    def post(self, request: Request, uid: UUID) -> HttpResponse:
        bodies.read(request, shapes.OwnCancelSent)
        return respond(
            redemption_ends.cancel,
            shapes.own_redemption,
            200,
            uid=uid,
            ending=Ending(BY_MEMBER, member_id=member_of(request).pk),
            source=sources.source_of(request),
        )


def _list(request: Request, member_id: int, show: Callable[..., Any]) -> HttpResponse:
    at, states = timezone.now(), _states(request)
    return pages.respond(
        request,
        fetch=lambda before_id, limit: found.of_member(
            member_id=member_id, states=states, at=at, before_id=before_id, limit=limit
        ),
        id_of=lambda row: row.pk,
        show=lambda row: show(row, at),
    )


def _states(request: Request) -> list[str]:
    """Raises: problems.Refused, for a state that there is not."""
    given = [name for name in request.query_params.get("states", "").split(",") if name]
    if set(given) <= set(Redemption.State.values):
        return given
    error = faults.unknown("?states", Redemption.State.values)
    raise problems.refuse(422, "invalid", errors=[error])
