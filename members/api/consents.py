"""`/api/v1/members/{id}/consents`: what a member allows, as it was said to a channel."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

import msgspec
from django.http import HttpResponse
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from msgspec import Meta
from rest_framework.request import Request

from members.api import bodies, schema
from members.api.idempotency import idempotent
from members.api.member_authentication import member_of
from members.api.member_views import OwnView
from members.api.views import ChannelView, client_of
from members.models import Consent, Member
from members.selectors import consents as consent_selectors
from members.selectors import members as member_selectors
from members.services import consents
from members.services.idempotency import Answer


class ConsentSent(bodies.Strict):
    """One answer: granted or withdrawn, and the version of the text that was shown."""

    purpose: Literal["marketing", "service", "profiling"]
    medium: Literal["inbox", "email", "sms", "wechat", "push"]
    is_granted: bool
    policy_version: Annotated[str, Meta(min_length=1, max_length=40)]

    def given(self) -> consents.ConsentGiven:
        return consents.ConsentGiven(
            self.purpose.upper(), self.medium.upper(), self.is_granted, self.policy_version
        )


class ConsentsSent(bodies.Strict):
    consents: Annotated[list[ConsentSent], Meta(min_length=1, max_length=15)]


class ConsentShown(msgspec.Struct, kw_only=True):
    """The last answer for a purpose and a medium."""

    purpose: str
    medium: str
    is_granted: bool
    policy_version: str
    occurred_at: datetime


class ConsentsShown(msgspec.Struct, kw_only=True):
    consents: list[ConsentShown]


class ConsentsView(ChannelView):
    required_scopes = {"POST": ["members:write"]}

    @extend_schema(
        operation_id="record_consents",
        summary="Record consents",
        description="Appends answers; the last one per purpose and medium counts. None is a no.",
        tags=["members"],
        parameters=[schema.IDEMPOTENCY_KEY],
        request=schema.body(ConsentsSent),
        responses={
            201: schema.answer(ConsentsShown, "All that counts now"),
            **schema.problems(400, 404, 409, 422),
        },
    )
    @idempotent
    def post(self, request: Request, uid: UUID) -> Answer:
        sent = bodies.read(request, ConsentsSent)
        return _recorded(request, member_selectors.by_uid(uid=uid), sent)


class OwnConsentsView(OwnView):
    @extend_schema(
        operation_id="list_my_consents",
        summary="What I allow",
        tags=["me"],
        responses={200: schema.answer(ConsentsShown, "All that counts now"), **schema.problems()},
    )
    def get(self, request: Request) -> HttpResponse:
        return bodies.respond(_current(member_of(request)))

    @extend_schema(
        operation_id="record_my_consents",
        summary="Allow or forbid",
        description="Appends answers; the last one per purpose and medium counts. None is a no.",
        tags=["me"],
        parameters=[schema.IDEMPOTENCY_KEY],
        request=schema.body(ConsentsSent),
        responses={
            201: schema.answer(ConsentsShown, "All that counts now"),
            **schema.problems(400, 409, 422),
        },
    )
    @idempotent
    def post(self, request: Request) -> Answer:
        return _recorded(request, member_of(request), bodies.read(request, ConsentsSent))


def _recorded(request: Request, member: Member, sent: ConsentsSent) -> Answer:
    now = timezone.now()
    consents.record(
        member=member,
        given=[one.given() for one in sent.consents],
        occasion=consents.Occasion(occurred_at=now, source=client_of(request).source),
        at=now,
    )
    return bodies.answer(_current(member), status=201, member=member)


def _current(member: Member) -> ConsentsShown:
    current = consent_selectors.current(member_id=member.pk)
    return ConsentsShown(consents=[_show(one) for one in current])


def _show(consent: Consent) -> ConsentShown:
    return ConsentShown(
        purpose=consent.purpose.lower(),
        medium=consent.medium.lower(),
        is_granted=consent.is_granted,
        policy_version=consent.policy_version,
        occurred_at=consent.occurred_at,
    )
