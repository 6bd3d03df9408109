"""Who calls from a consumer app: the app by its public id, a member by their token.

An app on a phone keeps no secret, so its id proves nothing: it says whose limits count and where
members come from. See docs/decisions/0080-apps-have-no-secret.md.
"""

from typing import Any

from django.utils import timezone
from rest_framework.authentication import BaseAuthentication
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.permissions import BasePermission
from rest_framework.request import Request

from members.api import problems
from members.models import Member
from members.selectors import member_sessions as selector
from members.selectors.clients import Client
from members.selectors.member_sessions import MemberCaller
from members.services import member_sessions

APP_HEADER = "X-Client-Id"
_LONGEST = 200


class AppAuthentication(BaseAuthentication):
    """`request.user` is the app, as a `Client` without scopes."""

    def authenticate(self, request: Request) -> tuple[Client, None]:
        sent = request.META.get("HTTP_X_CLIENT_ID", "")[:_LONGEST].strip()
        app = selector.app(client_id=sent, at=timezone.now())
        if app is None:
            raise problems.refuse(401, "unknown_app")
        return app, None

    def authenticate_header(self, request: Request) -> str:
        return APP_HEADER


class MemberAuthentication(BaseAuthentication):
    """`request.user` is the member, as a `MemberCaller`; no channel's token and no log-in of the
    console is one."""

    def authenticate(self, request: Request) -> tuple[MemberCaller, None] | None:
        kind, _space, token = request.META.get("HTTP_AUTHORIZATION", "").partition(" ")
        if not kind:
            return None
        if kind.lower() != "bearer" or not 0 < len(token.strip()) <= _LONGEST:
            raise AuthenticationFailed
        digest = member_sessions.digest(token.strip())
        caller = selector.caller(digest=digest, at=timezone.now())
        if caller is None:
            raise AuthenticationFailed
        return caller, None

    def authenticate_header(self, request: Request) -> str:
        return "Bearer"


class IsApp(BasePermission):
    def has_permission(self, request: Request, view: Any) -> bool:
        return isinstance(request.user, Client)


class IsMember(BasePermission):
    def has_permission(self, request: Request, view: Any) -> bool:
        return isinstance(request.user, MemberCaller)


def caller_of(request: Request) -> MemberCaller:
    """The member who calls, with their app."""
    caller = request.user
    assert isinstance(caller, MemberCaller)
    return caller


def member_of(request: Request) -> Member:
    return caller_of(request).member
