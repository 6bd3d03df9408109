"""`/api/v1/members/{id}/tags`: a channel gives and takes tags."""

from typing import Annotated
from uuid import UUID

import msgspec
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from msgspec import Meta
from rest_framework.request import Request

from members.api import bodies, schema
from members.api.idempotency import idempotent
from members.api.views import ChannelView, client_of
from members.selectors import members as member_selectors
from members.selectors import tags as tag_selectors
from members.services import tags
from members.services.idempotency import Answer

Codes = Annotated[list[Annotated[str, Meta(min_length=1, max_length=40)]], Meta(max_length=20)]


class TagsSent(bodies.Strict):
    """Codes of tags to give and to take."""

    give: Codes = []
    take: Codes = []


class TagsShown(msgspec.Struct, kw_only=True):
    tags: list[str]


class TagsView(ChannelView):
    required_scopes = {"POST": ["members:write"]}

    @extend_schema(
        operation_id="change_tags",
        summary="Give and take tags",
        tags=["members"],
        parameters=[schema.IDEMPOTENCY_KEY],
        request=schema.body(TagsSent),
        responses={
            200: schema.answer(TagsShown, "The tags that the member bears now"),
            **schema.problems(400, 404, 409, 422),
        },
    )
    @idempotent
    def post(self, request: Request, uid: UUID) -> Answer:
        sent = bodies.read(request, TagsSent)
        member = member_selectors.by_uid(uid=uid)
        tags.change(
            member=member,
            give_codes=sent.give,
            take_codes=sent.take,
            at=timezone.now(),
            source=client_of(request).source,
        )
        borne = tag_selectors.borne_by(member_id=member.pk)
        shown = TagsShown(tags=[tag.code for tag in borne])
        return bodies.answer(shown, status=200, member=member)
