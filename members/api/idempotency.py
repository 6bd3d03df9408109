"""`Idempotency-Key`: a repeated POST gets the first answer again.

Source: draft-ietf-httpapi-idempotency-key-header; what is kept is told in
`members.services.idempotency`.
"""

import hashlib
import re
from collections.abc import Callable
from functools import wraps
from typing import Any

from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from rest_framework.request import Request

from members.api import bodies, problems
from members.api.views import client_of
from members.services import idempotency
from members.services.idempotency import Answer, Attempt

_KEY = re.compile(r"[\x21-\x7e]{1,255}")
REPLAYED = "Idempotency-Replayed"


def attempt_of(request: HttpRequest | Request, *, client_id: int) -> Attempt | None:
    """The attempt that this request is, or None when it bears no key.

    Raises: problems.Refused, for a key that is none.
    """
    key = request.META.get("HTTP_IDEMPOTENCY_KEY")
    if key is None:
        return None
    if not _KEY.fullmatch(key):
        raise problems.refuse(400, "idempotency_key_invalid")
    fingerprint = idempotency.fingerprint(
        method=request.method or "", path=request.path, body=request.body
    )
    return Attempt(client_id=client_id, key=_of_caller(request, key), fingerprint=fingerprint)


def _of_caller(request: HttpRequest | Request, key: str) -> str:
    """Of a channel the key as it is; of a member one that no other member of the app has."""
    space = getattr(getattr(request, "user", None), "key_space", "")
    return hashlib.sha256(f"{space}|{key}".encode()).hexdigest() if space else key


def respond(answer: Answer) -> HttpResponse:
    """The answer, saying whether it is a repeat."""
    headers = {REPLAYED: "true"} if answer.is_replay else {}
    return HttpResponse(
        answer.body, status=answer.status, content_type=bodies.CONTENT_TYPE, headers=headers
    )


def idempotent(method: Callable[..., Answer]) -> Callable[..., HttpResponse]:
    """Lets a view's method return an `Answer` and run at most once per key, in one
    transaction."""

    @wraps(method)
    def post(view: Any, request: Request, **arguments: Any) -> HttpResponse:
        attempt = attempt_of(request, client_id=client_of(request).id)
        if attempt is None:
            # Without a key a repeat is another write; what registers or labels a member bears it.
            with transaction.atomic():
                return respond(method(view, request, **arguments))
        answer = idempotency.once(
            attempt=attempt,
            at=timezone.now(),
            effect=lambda: method(view, request, **arguments),
        )
        return respond(answer)

    return post
