"""`/api/v1/members/{id}/offers`: what a member may use now."""

from uuid import UUID

from django.http import HttpResponse
from django.utils import timezone
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request

from campaigns.api import offer_shapes as shapes
from campaigns.selectors import member_offers
from campaigns.selectors.member_offers import MemberOffer
from loyalty.api.sources import source_of
from members.api import bodies, schema
from members.api.member_authentication import member_of
from members.api.member_views import OwnView
from members.api.views import ChannelView

_STORE = OpenApiParameter(
    "store", OpenApiTypes.STR, description="The code of a store: only what holds there."
)


class MemberOffersView(ChannelView):
    required_scopes = {"GET": ["members:read"]}

    @extend_schema(
        operation_id="list_member_offers",
        summary="Offers that a member may use now",
        description="Those in force that are meant for this member, in this channel and, with "
        "`store`, in this store; usable ones first. `missing` says what keeps the member from the "
        "others: a tier, a limit, a budget, the time. What a cart must have (`min_amount`, "
        "`steps`, `condition`) is for `POST /quotes` to judge.",
        tags=["quotes"],
        parameters=[_STORE],
        responses={
            200: schema.page(shapes.MemberOfferShown, "All of them, on one page"),
            **schema.problems(404, 422),
        },
    )
    def get(self, request: Request, uid: UUID) -> HttpResponse:
        return _usable(request, uid)


class OwnOffersView(OwnView):
    @extend_schema(
        operation_id="list_my_offers",
        summary="Offers that I may use now",
        description="Usable ones first; `missing` says what keeps me from the others. With "
        "`store` those of this store.",
        tags=["me"],
        parameters=[_STORE],
        responses={
            200: schema.page(shapes.MemberOfferShown, "All of them, on one page"),
            **schema.problems(404, 422),
        },
    )
    def get(self, request: Request) -> HttpResponse:
        return _usable(request, member_of(request).uid)


def _usable(request: Request, uid: UUID) -> HttpResponse:
    found = member_offers.of_member(
        member_uid=uid,
        source=source_of(request),
        at=timezone.now(),
        store=request.query_params.get("store", ""),
    )
    results = [_shown(one) for one in found]
    return bodies.respond({"next": None, "previous": None, "results": results})


def _shown(one: MemberOffer) -> shapes.MemberOfferShown:
    offer = one.offer
    return shapes.MemberOfferShown(
        id=str(offer.uid),
        code=offer.code,
        version=offer.version,
        kind=offer.kind,
        form=offer.form,
        name_zh=offer.name_zh,
        name_en=offer.name_en,
        is_usable=not one.missing,
        missing=list(one.missing),
        left=shapes.OfferLeftShown(
            orders=one.left_orders,
            orders_today=one.left_today,
            budget_amount=one.left_amount,
        ),
        amount=offer.amount,
        off_basis_points=offer.off_basis_points,
        cap_amount=offer.cap_amount,
        steps=offer.steps,
        is_repeated=offer.is_repeated,
        parts=offer.parts,
        nth=offer.nth,
        max_times=offer.max_times,
        multiplier_percent=offer.multiplier_percent,
        min_amount=offer.min_amount,
        min_quantity=offer.min_quantity,
        condition=offer.condition,
        stores=sorted(store.code for store in offer.stores.all()),
        stacking=offer.stacking,
        stacking_group=offer.stacking_group,
        valid_from=offer.valid_from,
        valid_until=offer.valid_until,
    )
