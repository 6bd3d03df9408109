"""Every refusal as `application/problem+json`; codes are stable, text is the reader's language.

Source: RFC 9457.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.core.exceptions import PermissionDenied as DjangoPermissionDenied
from django.core.exceptions import RequestDataTooBig, SuspiciousOperation
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views import csrf, defaults
from rest_framework import exceptions as drf
from rest_framework.request import Request

from members.api import throttling
from members.errors import DomainError

CONTENT_TYPE = "application/problem+json"
API_PREFIX = "/api/"
_TYPE = "urn:regulars:problem:"

TITLES: dict[str, Any] = {
    "malformed_body": _("The body is not well-formed JSON."),
    "body_too_large": _("The body is too large."),
    "invalid": _("The request has errors."),
    "idempotency_key_invalid": _("The Idempotency-Key must be 1 to 255 visible ASCII characters."),
    "precondition_required": _("This call needs If-Match with the ETag that you read."),
    "unknown_app": _("Send X-Client-Id with the id of an app that lets members log in."),
    "not_authenticated": _("This call needs a bearer token."),
    "invalid_token": _("The token is unknown or has expired."),
    "insufficient_scope": _("The token lacks a scope that this call needs."),
    "permission_denied": _("You may not do this."),
    "csrf_failed": _("The request doesn't come from one of our pages."),
    "not_found": _("There is no such thing, or it is not yours to see."),
    "method_not_allowed": _("This address doesn't take this method."),
    "not_acceptable": _("We answer in JSON only."),
    "unsupported_media_type": _("Send JSON, with Content-Type: application/json."),
    "throttled": _("Too many requests; wait a little."),
    "bad_request": _("The request can't be understood."),
    "server_error": _("Something broke on our side. Quote the request id."),
}
_BY_STATUS = {
    400: "malformed_body",
    401: "invalid_token",
    403: "permission_denied",
    404: "not_found",
    405: "method_not_allowed",
    406: "not_acceptable",
    415: "unsupported_media_type",
    422: "invalid",
    429: "throttled",
}


@dataclass(frozen=True, kw_only=True)
class Problem:
    """What goes into the document. `errors` are (code, JSON pointer, text) of single fields."""

    status: int
    code: str
    title: str = ""
    detail: str = ""
    errors: Sequence[Mapping[str, str]] = ()
    extra: Mapping[str, Any] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)


class Refused(Exception):
    """A request that a door refuses by itself, before any service is called."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.code)
        self.problem = problem


def refuse(status: int, code: str, **options: Any) -> Refused:
    """What a door raises."""
    return Refused(Problem(status=status, code=code, **options))


def respond(request: HttpRequest | Request, problem: Problem) -> HttpResponse:
    """The document of a problem, as an answer."""
    shown = document(problem, request_id=getattr(request, "request_id", ""))
    body = json.dumps(shown, ensure_ascii=False, default=str)
    return HttpResponse(
        body, status=problem.status, content_type=CONTENT_TYPE, headers=dict(problem.headers)
    )


def document(problem: Problem, *, request_id: str = "") -> dict[str, Any]:
    """The document of a problem; batches carry one per row."""
    title = problem.title or str(TITLES.get(problem.code, TITLES["bad_request"]))
    return {
        **problem.extra,
        "type": _TYPE + problem.code,
        "title": title,
        "status": problem.status,
        "detail": problem.detail or title,
        "code": problem.code,
        "errors": list(problem.errors),
        "request_id": request_id,
    }


def exception_handler(error: Exception, context: Mapping[str, Any]) -> HttpResponse | None:
    """DRF's door for errors; None lets Django answer 500."""
    problem = problem_of(error)
    return None if problem is None else respond(context["request"], problem)


def problem_of(error: Exception) -> Problem | None:
    """What to tell the caller about an error; None for one that we didn't foresee."""
    if isinstance(error, Refused):
        return error.problem
    if isinstance(error, DomainError):
        return _of_domain(error)
    if isinstance(error, drf.APIException):
        return _of_drf(error)
    if isinstance(error, Http404):
        return Problem(status=404, code="not_found")
    if isinstance(error, DjangoPermissionDenied):
        return Problem(status=403, code="permission_denied")
    if isinstance(error, RequestDataTooBig):
        return Problem(status=413, code="body_too_large")
    return None


def too_many(request: HttpRequest, wait_seconds: float) -> HttpResponse:
    return respond(request, _throttled(wait_seconds))


def _of_domain(error: DomainError) -> Problem:
    after = getattr(error, "retry_after_seconds", None)
    return Problem(
        status=error.status,
        code=error.code,
        title=gettext((error.__class__.__doc__ or "").strip().splitlines()[0]),
        detail=gettext(str(error)),
        extra=error.details,
        headers={} if after is None else {"Retry-After": str(after)},
    )


def _of_drf(error: drf.APIException) -> Problem:
    if isinstance(error, drf.Throttled):
        return _throttled(getattr(error, "wait", None) or 1)
    if isinstance(error, drf.NotAuthenticated):
        return _unauthorized("not_authenticated", "Bearer")
    if isinstance(error, drf.AuthenticationFailed):
        return _unauthorized("invalid_token", 'Bearer error="invalid_token"')
    scopes = " ".join(getattr(error, "scopes", ()))
    if scopes:
        challenge = f'Bearer error="insufficient_scope", scope="{scopes}"'
        headers = {"WWW-Authenticate": challenge}
        return Problem(
            status=403, code="insufficient_scope", extra={"scopes": scopes}, headers=headers
        )
    status = 422 if isinstance(error, drf.ValidationError) else error.status_code
    return Problem(status=status, code=_BY_STATUS.get(status, "bad_request"))


def _unauthorized(code: str, challenge: str) -> Problem:
    return Problem(status=401, code=code, headers={"WWW-Authenticate": challenge})


def _throttled(wait_seconds: float) -> Problem:
    after = throttling.retry_after(wait_seconds)
    return Problem(status=429, code="throttled", headers={"Retry-After": after})


# Django's own pages, which also answer for addresses that no view has


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    if not _is_api(request):
        return defaults.bad_request(request, exception)
    too_big = isinstance(exception, RequestDataTooBig)
    assert isinstance(exception, SuspiciousOperation)
    code = "body_too_large" if too_big else "bad_request"
    return respond(request, Problem(status=413 if too_big else 400, code=code))


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    if not _is_api(request):
        return defaults.permission_denied(request, exception)
    return respond(request, Problem(status=403, code="permission_denied"))


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    if not _is_api(request):
        return defaults.page_not_found(request, exception)
    return respond(request, Problem(status=404, code="not_found"))


def server_error(request: HttpRequest) -> HttpResponse:
    if not _is_api(request):
        return defaults.server_error(request)
    return respond(request, Problem(status=500, code="server_error"))


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    if not _is_api(request):
        return csrf.csrf_failure(request, reason)
    return respond(request, Problem(status=403, code="csrf_failed"))


def _is_api(request: HttpRequest) -> bool:
    return request.path.startswith(API_PREFIX)
