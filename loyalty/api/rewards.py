"""`/api/v1/rewards`: the catalogue, for anybody and as one member sees it."""

from uuid import UUID

from django.http import HttpResponse
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request

from loyalty.api import reward_shapes as shapes
from loyalty.selectors import rewards
from members.api import pages, schema
from members.api.member_authentication import member_of
from members.api.member_views import OwnView
from members.api.views import ChannelView, client_of
from members.selectors import members

_PAGE = {200: schema.page(shapes.RewardShown, "A page"), **schema.problems(404, 422)}
_SEEN = (
    "In the order of the catalogue, at the price of the member's tier; `refusals` says why one "
    "can't be had now."
)


class RewardsView(ChannelView):
    required_scopes = {"GET": ["rewards:redeem"]}

    @extend_schema(
        operation_id="list_rewards",
        summary="The rewards catalogue, for nobody in particular",
        description="In its order. A client of some stores sees what is handed over in one of "
        "them. For a member: `GET /members/{id}/rewards`.",
        tags=["rewards"],
        parameters=[schema.CURSOR, schema.LIMIT],
        responses=_PAGE,
    )
    def get(self, request: Request) -> HttpResponse:
        return _catalog(request, None)


class MemberRewardsView(ChannelView):
    required_scopes = {"GET": ["rewards:redeem"]}

    @extend_schema(
        operation_id="list_member_rewards",
        summary="The rewards catalogue as a member sees it",
        description=_SEEN,
        tags=["rewards"],
        parameters=[schema.CURSOR, schema.LIMIT],
        responses=_PAGE,
    )
    def get(self, request: Request, uid: UUID) -> HttpResponse:
        return _catalog(request, members.by_uid(uid=uid).pk)


class OwnRewardsView(OwnView):
    @extend_schema(
        operation_id="list_my_rewards",
        summary="The rewards catalogue as I see it",
        description=_SEEN,
        tags=["me"],
        parameters=[schema.CURSOR, schema.LIMIT],
        responses=_PAGE,
    )
    def get(self, request: Request) -> HttpResponse:
        return _catalog(request, member_of(request).pk)


def _catalog(request: Request, member_id: int | None) -> HttpResponse:
    at, store_ids = timezone.now(), client_of(request).store_ids
    return pages.respond(
        request,
        fetch=lambda before_id, limit: rewards.catalog(
            at=at, member_id=member_id, store_ids=store_ids, before_id=before_id, limit=limit
        ),
        id_of=lambda found: found.reward.pk,
        show=shapes.reward,
    )
