"""Cursor pages: `{next, previous, results}`, no totals; the cursor's inside is ours to change."""

import base64
import binascii
from collections.abc import Callable, Sequence
from typing import Any, TypeVar
from urllib.parse import urlencode

import msgspec
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from rest_framework.request import Request

from members.api import bodies, faults, problems

R = TypeVar("R")
LIMIT = 50
LIMIT_AT_MOST = 100
# How many pages back one may go; the cursor carries where each of them began.
_TRAIL = 50
_MOST_DIGITS = 9
_OURS = ("cursor", "limit")


class _Cursor(msgspec.Struct, array_like=True):
    """Rows before `before_id` come next; the pages before began below the ids in `trail`."""

    before_id: int
    trail: list[int]


def respond(
    request: HttpRequest | Request,
    *,
    fetch: Callable[[int | None, int], Sequence[R]],
    id_of: Callable[[R], int],
    show: Callable[[R], Any],
) -> HttpResponse:
    """A page of what `fetch(before_id, limit)` gives, newest first.

    Raises: problems.Refused, for a bad cursor or limit.
    """
    return bodies.respond(page(request, fetch=fetch, id_of=id_of, show=show))


def page(
    request: HttpRequest | Request,
    *,
    fetch: Callable[[int | None, int], Sequence[R]],
    id_of: Callable[[R], int],
    show: Callable[[R], Any],
) -> dict[str, Any]:
    """As `respond`, for an answer that says something beside the rows."""
    limit = _limit(request)
    cursor = _cursor(request)
    rows = list(fetch(cursor.before_id or None, limit + 1))
    shown = rows[:limit]
    following = None
    if len(rows) > limit:
        trail = [*cursor.trail, cursor.before_id][-_TRAIL:]
        following = _url(request, _Cursor(id_of(shown[-1]), trail), limit)
    previous = None
    if cursor.trail:
        previous = _url(request, _Cursor(cursor.trail[-1], cursor.trail[:-1]), limit)
    results = [show(row) for row in shown]
    return {"next": following, "previous": previous, "results": results}


def _limit(request: HttpRequest | Request) -> int:
    text = request.GET.get("limit", str(LIMIT))
    # Nobody writes so many digits; leading zeros among them would hide what the number is.
    is_number = text.isascii() and text.isdigit() and len(text) <= _MOST_DIGITS
    if not is_number or not 1 <= int(text) <= LIMIT_AT_MOST:
        raise _refuse("limit", "out_of_range")
    return int(text)


def _cursor(request: HttpRequest | Request) -> _Cursor:
    text = request.GET.get("cursor", "")
    if not text:
        return _Cursor(0, [])
    try:
        raw = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
        return msgspec.json.decode(raw, type=_Cursor)
    except (binascii.Error, ValueError):
        raise _refuse("cursor", "invalid_cursor") from None


def _url(request: HttpRequest | Request, cursor: _Cursor, limit: int) -> str:
    text = base64.urlsafe_b64encode(msgspec.json.encode(cursor)).decode().rstrip("=")
    # What narrows the list narrows its other pages too.
    others = {name: value for name, value in request.GET.items() if name not in _OURS}
    asked = urlencode({**others, "cursor": text, "limit": limit})
    return request.build_absolute_uri(f"{request.path}?{asked}")


def _refuse(name: str, code: str) -> problems.Refused:
    told = {
        "out_of_range": _("A whole number from 1 to %(most)s.") % {"most": LIMIT_AT_MOST},
        "invalid_cursor": _("This is no cursor of ours: begin with the first page, without one."),
    }
    error = faults.at(f"?{name}", code, told[code])
    return problems.refuse(422, "invalid", errors=[error])
