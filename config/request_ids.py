"""One id per request, through proxy, log lines and answer."""

import re
import uuid
from collections.abc import Callable

import structlog
from django.http import HttpRequest, HttpResponse

HEADER = "X-Request-Id"
# What proxies and tills send in practice. Anything else could forge lines in a log.
SANE = re.compile(r"[A-Za-z0-9._:+/=-]{1,64}", flags=re.ASCII)


class RequestIdMiddleware:
    """Takes the caller's `X-Request-Id` when it is sane, makes one otherwise, and answers with it.

    The id is `request.request_id`, is bound to structlog, and stands in the request's header too,
    where django-structlog reads it.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request_id = chosen(request.META.get("HTTP_X_REQUEST_ID", ""))
        request.META["HTTP_X_REQUEST_ID"] = request_id
        request.request_id = request_id  # type: ignore[attr-defined]
        with structlog.contextvars.bound_contextvars(request_id=request_id):
            response = self.get_response(request)
        response[HEADER] = request_id
        return response


def chosen(incoming: str) -> str:
    return incoming if SANE.fullmatch(incoming) else uuid.uuid4().hex
