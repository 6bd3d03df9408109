"""Bearer tokens: who calls, and whether this token may do what the view does."""

import hashlib
import time
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from rest_framework.authentication import BaseAuthentication
from rest_framework.exceptions import AuthenticationFailed, NotAuthenticated, PermissionDenied
from rest_framework.permissions import BasePermission
from rest_framework.request import Request

from members.selectors import clients
from members.selectors.clients import Client

# A revoked token or a blocked client is out within this time, in every process.
REMEMBERED_SECONDS = 2.0
_REMEMBERED_AT_MOST = 2_000
_remembered: dict[str, tuple[float, Client]] = {}


class InsufficientScope(PermissionDenied):
    default_code = "insufficient_scope"
    default_detail = _("The token lacks a scope that this call needs.")

    def __init__(self, scopes: Iterable[str]) -> None:
        super().__init__()
        self.scopes = tuple(scopes)


def authenticate_fast(request: HttpRequest | Request) -> Client:
    """The client whose token the request bears: no query, or one in two seconds per token.

    Raises: NotAuthenticated, without a token; AuthenticationFailed, with a bad one.
    """
    client = _authenticate(request)
    if client is None:
        raise NotAuthenticated
    return client


def require_scopes(client: Client, scopes: Iterable[str]) -> None:
    """Raises: InsufficientScope."""
    if not client.scopes.issuperset(scopes):
        raise InsufficientScope(scopes)


def forget() -> None:
    """Drops what is remembered of tokens in this process."""
    _remembered.clear()


class ClientAuthentication(BaseAuthentication):
    """`request.user` is the `Client`; there is no other way in than a bearer token."""

    def authenticate(self, request: Request) -> tuple[Client, None] | None:
        client = _authenticate(request)
        return None if client is None else (client, None)

    def authenticate_header(self, request: Request) -> str:
        return "Bearer"


class HasScopes(BasePermission):
    """`required_scopes` on the view: a list, or lists by method. A view without them is closed."""

    def has_permission(self, request: Request, view: Any) -> bool:
        client = request.user
        scopes = scopes_of(view, request.method or "")
        if not isinstance(client, Client) or scopes is None:
            return False
        require_scopes(client, scopes)
        return True


def scopes_of(view: Any, method: str) -> tuple[str, ...] | None:
    """The scopes that a view demands for a method; None, which nobody has, if it doesn't say:
    forgetting must not open a door."""
    required = getattr(view, "required_scopes", None)
    if isinstance(required, Mapping):
        # OPTIONS and methods that the view doesn't have are refused further on.
        required = required.get(method, next(iter(required.values()), None))
    return None if required is None else tuple(required)


def _authenticate(request: HttpRequest | Request) -> Client | None:
    kind, _space, token = request.META.get("HTTP_AUTHORIZATION", "").partition(" ")
    if not kind:
        return None
    if kind.lower() != "bearer" or not token.strip():
        raise AuthenticationFailed
    client = _known(hashlib.sha256(token.strip().encode()).hexdigest())
    if client is None or client.expires_at <= _now():
        raise AuthenticationFailed
    return client


def _now() -> datetime:
    return timezone.now()


def _known(checksum: str) -> Client | None:
    now = time.monotonic()
    kept = _remembered.get(checksum)
    if kept is not None and now - kept[0] < REMEMBERED_SECONDS:
        return kept[1]
    client = clients.by_token(checksum=checksum)
    if client is None:
        _remembered.pop(checksum, None)
        return None
    if len(_remembered) >= _REMEMBERED_AT_MOST:
        _remembered.clear()
    _remembered[checksum] = (now, client)
    return client
