"""Where a request comes from: its address behind proxies, and the origin of what it changes."""

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from members.models import User
from members.selectors.clients import Client
from members.services import changes
from members.services.changes import Origin, Person

_SAFE = frozenset({"GET", "HEAD", "OPTIONS", "TRACE"})
# Forms of the console ask for one of these where a reason matters.
_REASONS = ("reason", "note")


class AddressMiddleware:
    """`REMOTE_ADDR` is who calls, not our own proxy: of `X-Forwarded-For` the entry that the
    outermost of our proxies wrote. Whatever a caller puts before it is not believed."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        proxies = getattr(settings, "TRUSTED_PROXIES", 0)
        if proxies:
            passed = request.META.get("HTTP_X_FORWARDED_FOR", "").split(",")
            if len(passed) >= proxies and passed[-proxies].strip():
                request.META["REMOTE_ADDR"] = passed[-proxies].strip()[:45]
        return self.get_response(request)


class OriginMiddleware:
    """Tells the trail of changes who is behind a request. It asks nothing by itself: a request
    that writes to no tracked table pays for nothing but this function."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        with changes.coming_from(_origin(request)):
            return self.get_response(request)


def _origin(request: HttpRequest) -> Origin:
    return Origin(
        place=f"{request.method} {request.path}"[:200],
        who=lambda: _person(request),
        why=lambda: _reason(request),
        request_id=getattr(request, "request_id", ""),
        address=request.META.get("REMOTE_ADDR", "")[:45],
    )


def _person(request: Any) -> Person:
    user = getattr(request, "user", None)
    # A member who changes something of their own did it by an app.
    user = getattr(user, "app", user)
    if isinstance(user, Client):
        return Person(client_id=user.id)
    # A lazy object of Django's: asking for the key loads the operator, if there is one.
    if user is not None and getattr(user, "pk", None) and isinstance(user, User):
        return Person(actor_id=user.pk)
    return Person()


def _reason(request: HttpRequest) -> str:
    if request.method in _SAFE or request.content_type == "application/json":
        return ""
    return next((request.POST[name][:500] for name in _REASONS if request.POST.get(name)), "")
