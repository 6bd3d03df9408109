"""`/api/v1/communities/{code}/members`: who joined a group, through whom, and who left."""

from datetime import datetime
from typing import Annotated

import msgspec
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request

from members.api import bodies, schema
from members.api.bodies import Instant
from members.api.idempotency import idempotent
from members.api.references import MemberNamed, member_of
from members.api.views import ChannelView, client_of
from members.models import CommunityMembership, Member
from members.selectors import communities as selector
from members.services import communities
from members.services.communities import Joining
from members.services.idempotency import Answer


class JoinSent(bodies.Strict):
    """Who joined, and who invited them."""

    member: MemberNamed
    invited_by: MemberNamed | None = None
    occurred_at: Instant | None = None


class LeaveSent(bodies.Strict):
    member: MemberNamed
    occurred_at: Instant | None = None


class MembershipShown(msgspec.Struct, kw_only=True):
    """That a member is in a community, or was: then `left_at` says until when."""

    community: str
    member: str
    joined_at: datetime
    left_at: datetime | None
    was_invited: Annotated[bool, msgspec.Meta(description="The first time they joined.")]


class CommunityMembersView(ChannelView):
    required_scopes = {"POST": ["events:write"]}

    @extend_schema(
        operation_id="join_community",
        summary="Tell that a member joined",
        description="201 when they are new or come back, 200 when they were in already. Of who "
        "invited them only the first time they joined counts.",
        tags=["communities"],
        parameters=[schema.IDEMPOTENCY_KEY],
        request=schema.body(JoinSent),
        responses={
            201: schema.answer(MembershipShown, "They are in"),
            200: schema.answer(MembershipShown, "They were in already"),
            **schema.problems(400, 404, 409, 422),
        },
    )
    @idempotent
    def post(self, request: Request, code: str) -> Answer:
        sent, client, at = bodies.read(request, JoinSent), client_of(request), timezone.now()
        selector.within(code=code, scope=client.scope)
        member = member_of(sent.member)
        inviter = member_of(sent.invited_by) if sent.invited_by else None
        joining = Joining(
            community_code=code,
            member_id=member.pk,
            invited_by_id=None if inviter is None else inviter.pk,
            occurred_at=sent.occurred_at or at,
            source=client.source,
        )
        joined = communities.join(joining=joining, at=at)
        shown = _show(joined.membership, code, member)
        return bodies.answer(shown, status=201 if joined.is_new else 200, member=member)


class CommunityLeavingView(ChannelView):
    required_scopes = {"POST": ["events:write"]}

    @extend_schema(
        operation_id="leave_community",
        summary="Tell that a member left",
        tags=["communities"],
        parameters=[schema.IDEMPOTENCY_KEY],
        request=schema.body(LeaveSent),
        responses={
            200: schema.answer(MembershipShown, "They are out"),
            **schema.problems(400, 404, 409, 422),
        },
    )
    @idempotent
    def post(self, request: Request, code: str) -> Answer:
        sent, client, at = bodies.read(request, LeaveSent), client_of(request), timezone.now()
        selector.within(code=code, scope=client.scope)
        member = member_of(sent.member)
        membership = communities.leave(
            community_code=code,
            member_id=member.pk,
            occurred_at=sent.occurred_at or at,
            source=client.source,
            at=at,
        )
        return bodies.answer(_show(membership, code, member), status=200, member=member)


def _show(membership: CommunityMembership, code: str, member: Member) -> MembershipShown:
    return MembershipShown(
        community=code,
        member=str(member.uid),
        joined_at=membership.joined_at,
        left_at=membership.left_at,
        was_invited=membership.invited_by_id is not None,
    )
