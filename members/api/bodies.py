"""JSON in and out by msgspec: strict types, no unknown fields, no naive instants."""

import re
from datetime import datetime
from functools import lru_cache
from typing import Annotated, Any, TypeVar

import msgspec
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _
from rest_framework.request import Request

from members.api import problems
from members.models import Member
from members.rules import instants
from members.services.idempotency import Answer

T = TypeVar("T")
CONTENT_TYPE = "application/json"

# An instant names its offset: a till and a server in two zones must mean the same.
Instant = Annotated[datetime, msgspec.Meta(tz=True)]

_encoder = msgspec.json.Encoder()
_PLACE = re.compile(r"^(?P<text>.*?)(?: - at `(?P<kind>key in )?\$(?P<path>[^`]*)`)?$", re.DOTALL)
_STEP = re.compile(r"\.([^.\[]+)|\[(\d+|\.\.\.)\]")
_NAMED = re.compile(r"(?:unknown|required) field `([^`]*)`")
# msgspec's words → our stable code and our own words, which never quote what was sent.
_FAULTS: tuple[tuple[str, str, Any], ...] = (
    ("unknown field", "unknown_field", _("There is no such field.")),
    ("missing required field", "missing_field", _("This field is required.")),
    ("timezone component", "naive_instant", _("An instant needs its offset, such as +08:00.")),
    ("Invalid RFC3339", "invalid_instant", _("This is no instant or date of RFC 3339.")),
    ("an instant ", "out_of_range", _("This is out of range.")),
    ("Invalid UUID", "invalid_id", _("This is no id.")),
    ("Invalid value", "unknown_value", _("This is none of the values that we know.")),
    ("personal data", "personal_data", _("Leave out names, phones and addresses of people.")),
    ("Invalid enum value", "unknown_value", _("This is none of the values that we know.")),
    ("of length", "wrong_length", _("This is too long or too short.")),
    ("matching regex", "invalid_format", _("This has not the form that we expect.")),
    ("` >", "out_of_range", _("This is out of range.")),
    ("` <", "out_of_range", _("This is out of range.")),
    ("out of range", "out_of_range", _("This is out of range.")),
    ("Expected `", "wrong_type", _("This is not of the type that we expect.")),
)


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
        raise problems.refuse(422, "invalid", errors=[_fault(str(error))]) from None
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise problems.refuse(400, "malformed_body") from None
    if b"\\u0000" in body:
        # PostgreSQL's text can't hold it, and nobody types it.
        raise problems.refuse(422, "invalid", errors=[_error("invalid_character", "#")])
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


def _fault(message: str) -> dict[str, str]:
    found = _PLACE.match(message)
    assert found is not None
    text = found["text"]
    named = _NAMED.search(text)
    steps = [name or number for name, number in _STEP.findall(found["path"] or "")]
    if named:
        steps.append(named[1])
    code = next((code for words, code, _text in _FAULTS if words in text), "invalid")
    return _error(code, "#" + "".join(f"/{step}" for step in steps))


def _error(code: str, pointer: str) -> dict[str, str]:
    detail = next(
        (text for _words, known, text in _FAULTS if known == code), problems.TITLES["invalid"]
    )
    return {"code": code, "pointer": pointer, "detail": str(detail)}
