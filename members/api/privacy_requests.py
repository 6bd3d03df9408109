"""`/api/v1/members/{id}/privacy-requests`: what a member asks of us by right, by a channel."""

from datetime import date, datetime
from typing import Annotated, Any, Literal
from uuid import UUID

import msgspec
from django.http import HttpResponse
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from msgspec import UNSET, Meta, UnsetType
from rest_framework.request import Request

from members.api import bodies, pages, schema
from members.api.idempotency import idempotent
from members.api.member_authentication import member_of
from members.api.member_views import OwnView
from members.api.views import ChannelView, client_of
from members.models import PrivacyRequest
from members.selectors import members as member_selectors
from members.selectors import privacy_requests as selector
from members.services import privacy_exports, privacy_requests
from members.services.idempotency import Answer
from members.services.privacy_requests import Asked

Kind = Literal[
    "access",
    "export",
    "correction",
    "deletion",
    "restriction",
    "lift_restriction",
    "no_profiling",
]
# How the member is known to be the one who asks, as staff read it.
_BY_LOGIN = "log-in of an app, by SMS"
Gender = Literal["female", "male", "other", "unknown"]


class CorrectionSent(bodies.Strict):
    """What is right; what is left out stays."""

    name: Annotated[str, Meta(max_length=120)] | UnsetType = UNSET
    birthday: date | UnsetType = UNSET
    gender: Gender | UnsetType = UNSET
    language: Literal["zh-hans", "en"] | UnsetType = UNSET


class PrivacyRequestSent(bodies.Strict):
    """One right. `external_id` is the request's number in the channel: sent again, it is the same
    request, also after days."""

    kind: Kind
    external_id: Annotated[str, Meta(max_length=80)] = ""
    correction: CorrectionSent | None = None


class PrivacyRequestShown(msgspec.Struct, kw_only=True):
    """A request and its clock. Staff check who asks before anything is done."""

    id: UUID
    kind: str
    state: str
    received_at: datetime
    due_on: date
    closed_at: datetime | None


class PrivacyRequestsView(ChannelView):
    required_scopes = {"POST": ["members:write"]}

    @extend_schema(
        operation_id="request_privacy",
        summary="Receive a privacy request",
        description="Access, export, correction, deletion, restriction and its end, an end of "
        "profiling: 201 when new, 200 when it was asked for already.",
        tags=["members"],
        parameters=[schema.IDEMPOTENCY_KEY],
        request=schema.body(PrivacyRequestSent),
        responses={
            201: schema.answer(PrivacyRequestShown, "The new request"),
            200: schema.answer(PrivacyRequestShown, "The request that was open"),
            **schema.problems(400, 404, 409, 410, 422),
        },
    )
    @idempotent
    def post(self, request: Request, uid: UUID) -> Answer:
        sent = bodies.read(request, PrivacyRequestSent)
        member = member_selectors.by_uid(uid=uid)
        received = privacy_requests.receive(
            asked=Asked(
                member_id=member.pk,
                kind=sent.kind.upper(),
                source=client_of(request).source,
                external_id=sent.external_id,
                details=_details(sent.correction),
            ),
            at=timezone.now(),
        )
        status = 201 if received.is_new else 200
        return bodies.answer(show(received.request), status=status, member=member)


class OwnRequestSent(bodies.Strict):
    """One right. Asking again for what is open is the same request."""

    kind: Kind
    correction: CorrectionSent | None = None


class OwnRequestsView(OwnView):
    @extend_schema(
        operation_id="list_my_privacy_requests",
        summary="What I asked for by right, newest first",
        tags=["me"],
        parameters=[schema.CURSOR, schema.LIMIT],
        responses={200: schema.page(PrivacyRequestShown, "A page"), **schema.problems(422)},
    )
    def get(self, request: Request) -> HttpResponse:
        member_id = member_of(request).pk
        return pages.respond(
            request,
            fetch=lambda before_id, limit: selector.of_member(
                member_id=member_id, before_id=before_id, limit=limit
            ),
            id_of=lambda row: row.pk,
            show=show,
        )

    @extend_schema(
        operation_id="request_my_privacy",
        summary="Ask for what is mine by right",
        description="Access, export, correction, deletion, restriction and its end, an end of "
        "profiling: 201 when new, 200 when it was asked for already. The log-in proves who asks.",
        tags=["me"],
        parameters=[schema.IDEMPOTENCY_KEY],
        request=schema.body(OwnRequestSent),
        responses={
            201: schema.answer(PrivacyRequestShown, "The new request"),
            200: schema.answer(PrivacyRequestShown, "The request that was open"),
            **schema.problems(400, 409, 410, 422),
        },
    )
    @idempotent
    def post(self, request: Request) -> Answer:
        sent, member = bodies.read(request, OwnRequestSent), member_of(request)
        received = privacy_exports.receive_own(
            asked=Asked(
                member_id=member.pk,
                kind=sent.kind.upper(),
                source=client_of(request).source,
                details=_details(sent.correction),
                verified_how=_BY_LOGIN,
            ),
            at=timezone.now(),
        )
        status = 201 if received.is_new else 200
        return bodies.answer(show(received.request), status=status, member=member)


def show(request: PrivacyRequest) -> PrivacyRequestShown:
    """The document of a request; members' own apps show it too."""
    return PrivacyRequestShown(
        id=request.uid,
        kind=request.kind.lower(),
        state=request.state.lower(),
        received_at=request.received_at,
        due_on=request.due_on,
        closed_at=request.closed_at,
    )


def _details(sent: CorrectionSent | None) -> dict[str, Any] | None:
    if sent is None:
        return None
    found = {
        name: value
        for name in sent.__struct_fields__
        if (value := getattr(sent, name)) is not UNSET
    }
    if "birthday" in found:
        found["birthday"] = found["birthday"].isoformat()
    if "gender" in found:
        found["gender"] = found["gender"].upper()
    return found
