"""`/api/v1/auth/refresh`, `/auth/logout` and `/me/sessions`: where a member is logged in."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

import msgspec
from django.http import HttpResponse
from django.utils import timezone
from drf_spectacular.utils import OpenApiResponse, extend_schema
from msgspec import Meta
from rest_framework.request import Request

from members.api import bodies, schema
from members.api.member_authentication import caller_of
from members.api.member_views import AppView, OwnView
from members.api.one_time_codes import NOT_KEPT, TokensShown, tokens
from members.api.views import client_of
from members.selectors import member_sessions as selector
from members.services import member_sessions


class RefreshTokenSent(bodies.Strict):
    refresh_token: Annotated[str, Meta(min_length=1, max_length=200)]


class SessionShown(msgspec.Struct, kw_only=True):
    """One device on which the member is logged in."""

    id: UUID
    app: str
    logged_in_at: datetime
    last_used_at: datetime
    expires_at: datetime
    is_current: bool


class SessionsShown(msgspec.Struct, kw_only=True):
    sessions: list[SessionShown]


class RefreshView(AppView):
    @extend_schema(
        operation_id="refresh_tokens",
        summary="Exchange a refresh token for the next pair",
        description="Send the same request again when no answer came: within a minute it gets "
        "the same pair. Later an old token ends the log-in: 401 `refresh_token_reused`.",
        tags=["consumer apps"],
        request=schema.body(RefreshTokenSent),
        responses={
            200: schema.answer(TokensShown, "The next pair"),
            **schema.problems(400, 422),
        },
    )
    def post(self, request: Request) -> HttpResponse:
        sent = bodies.read(request, RefreshTokenSent)
        issued = member_sessions.refresh(
            token=sent.refresh_token, client_id=client_of(request).id, at=timezone.now()
        )
        return bodies.respond(TokensShown(**tokens(issued)), headers=NOT_KEPT)


class LogoutView(AppView):
    @extend_schema(
        operation_id="log_out",
        summary="Log out",
        description="Ends the log-in that a refresh token belongs to. The same answer for a "
        "token that is over, or that nobody has.",
        tags=["consumer apps"],
        request=schema.body(RefreshTokenSent),
        responses={
            204: OpenApiResponse(description="Logged out"),
            **schema.problems(400, 422),
        },
    )
    def post(self, request: Request) -> HttpResponse:
        sent = bodies.read(request, RefreshTokenSent)
        member_sessions.log_out(
            token=sent.refresh_token, client_id=client_of(request).id, at=timezone.now()
        )
        return HttpResponse(status=204)


class SessionsView(OwnView):
    @extend_schema(
        operation_id="list_my_sessions",
        summary="Where I am logged in",
        tags=["me"],
        responses={200: schema.answer(SessionsShown, "The latest used first"), **schema.problems()},
    )
    def get(self, request: Request) -> HttpResponse:
        caller = caller_of(request)
        found = selector.open_of(member_id=caller.member.pk, at=timezone.now())
        shown = [
            SessionShown(
                id=one.uid,
                app=one.client.name,
                logged_in_at=one.created_at,
                last_used_at=one.refreshed_at,
                expires_at=one.expires_at,
                is_current=one.uid == caller.session_uid,
            )
            for one in found
        ]
        return bodies.respond(SessionsShown(sessions=shown))


class SessionView(OwnView):
    @extend_schema(
        operation_id="end_my_session",
        summary="Log one of my devices out",
        tags=["me"],
        responses={204: OpenApiResponse(description="Logged out"), **schema.problems(404)},
    )
    def delete(self, request: Request, uid: UUID) -> HttpResponse:
        member_sessions.end_own(
            session_uid=uid, member_id=caller_of(request).member.pk, at=timezone.now()
        )
        return HttpResponse(status=204)
