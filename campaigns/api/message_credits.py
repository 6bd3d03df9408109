"""`/api/v1/members/{id}/message-credits`: messages that a member grants one by one."""

from typing import Annotated, Literal
from uuid import UUID

import msgspec
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from msgspec import Meta
from rest_framework.request import Request

from campaigns.services import contact_credits
from campaigns.services.contact_credits import Grant
from members.api import bodies, schema
from members.api.idempotency import attempt_of, idempotent
from members.api.member_authentication import member_of
from members.api.member_views import OwnView
from members.api.views import ChannelView, client_of
from members.models import Member
from members.selectors import members as member_selectors
from members.services.idempotency import Answer

_DESCRIPTION = (
    "Each time that a member allows a subscription message of one of the provider's templates, the "
    "mini program says so here: one message more may go. `count` 0 takes back all that are left. "
    "Without an Idempotency-Key a repeat counts again."
)


class CreditSent(bodies.Strict):
    """What the member tapped: the provider's template, and how many messages by it."""

    template: Annotated[
        str,
        Meta(
            min_length=1,
            max_length=contact_credits.MOST_TEMPLATE,
            pattern=r"^[A-Za-z0-9_.:-]+$",
            description="The provider's id of the template.",
        ),
    ]
    count: Annotated[int, Meta(ge=0, le=contact_credits.MOST_AT_ONCE)] = 1
    medium: Literal["wechat"] = "wechat"


class CreditShown(msgspec.Struct, kw_only=True):
    """How many messages by this template the member has granted and not got."""

    medium: str
    template: str
    left_count: int


_RESPONSES = {
    201: schema.answer(CreditShown, "What is left now"),
    **schema.problems(400, 404, 409, 422),
}


class MemberMessageCreditsView(ChannelView):
    required_scopes = {"POST": ["messages:write"]}

    @extend_schema(
        operation_id="grant_message_credits",
        summary="Note that a member granted messages",
        description=_DESCRIPTION,
        tags=["messages"],
        parameters=[schema.IDEMPOTENCY_KEY],
        request=schema.body(CreditSent),
        responses=_RESPONSES,
    )
    @idempotent
    def post(self, request: Request, uid: UUID) -> Answer:
        return _granted(request, member_selectors.by_uid(uid=uid))


class OwnMessageCreditsView(OwnView):
    @extend_schema(
        operation_id="grant_my_message_credits",
        summary="Allow messages one by one",
        description=_DESCRIPTION,
        tags=["me"],
        parameters=[schema.IDEMPOTENCY_KEY],
        request=schema.body(CreditSent),
        responses=_RESPONSES,
    )
    @idempotent
    def post(self, request: Request) -> Answer:
        return _granted(request, member_of(request))


def _granted(request: Request, member: Member) -> Answer:
    sent, client = bodies.read(request, CreditSent), client_of(request)
    attempt = attempt_of(request, client_id=client.id)
    grant = Grant(
        member_id=member.pk,
        medium=sent.medium.upper(),
        template=sent.template,
        count=sent.count,
        source=f"api:{client.id}",
        key=attempt.key if attempt else "",
    )
    left_count = contact_credits.grant(grant=grant, at=timezone.now())
    shown = CreditShown(medium=sent.medium, template=sent.template, left_count=left_count)
    return bodies.answer(shown, status=201, member=member)
