"""JSON in and out by msgspec: strict types, no unknown fields, no naive instants."""

from datetime import datetime
from functools import lru_cache
from typing import Annotated, Any, TypeVar

import msgspec
from django.http import HttpRequest, HttpResponse
from rest_framework.request import Request

from members.api import faults, problems
from members.models import Member
from members.rules import instants
from members.services.idempotency import Answer

T = TypeVar("T")
CONTENT_TYPE = "application/json"

# An instant names its offset: a till and a server in two zones must mean the same.
Instant = Annotated[datetime, msgspec.Meta(tz=True)]

_encoder = msgspec.json.Encoder()


class Strict(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """A body that is refused when it has a field that we don't know: a typo never passes."""

    def __post_init__(self) -> None:
        for name in self.__struct_fields__:
            if isinstance(value := getattr(self, name), datetime):
                instants.check(value)


def read(request: HttpRequest | Request, expected: type[T]) -> T:
    """The body as `expected`.

    Raises: problems.Refused (415, 400, 413 or 422).
    """
    content_type = request.META.get("CONTENT_TYPE", "").partition(";")[0].strip().lower()
    if content_type != CONTENT_TYPE:
        raise problems.refuse(415, "unsupported_media_type")
    return decode(request.body, expected)


def decode(body: bytes, expected: type[T]) -> T:
    """As `read`, for bytes."""
    try:
        decoded: T = _decoder(expected).decode(body)  # type: ignore[arg-type]
    except msgspec.ValidationError as error:
        raise problems.refuse(422, "invalid", errors=[faults.of(str(error))]) from None
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise problems.refuse(400, "malformed_body") from None
    if b"\\u0000" in body:
        # PostgreSQL's text can't hold it, and nobody types it.
        raise problems.refuse(422, "invalid", errors=[faults.at("#", "invalid_character")])
    return decoded


def respond(
    value: Any, *, status: int = 200, headers: dict[str, str] | None = None
) -> HttpResponse:
    """A JSON answer."""
    return HttpResponse(
        _encoder.encode(value), status=status, content_type=CONTENT_TYPE, headers=headers
    )


def answer(value: Any, *, status: int, member: Member | None = None) -> Answer:
    """A JSON answer that may be kept under an idempotency key, sealed with the member's key."""
    return Answer(status=status, body=_encoder.encode(value), member=member)


@lru_cache
def _decoder(expected: type[T]) -> msgspec.json.Decoder[T]:
    return msgspec.json.Decoder(expected)
