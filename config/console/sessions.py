"""How a log-in goes on and ends: the second factor, an idle end and an absolute one.

What holds is written into the session when it begins, so that no page asks the database about it.
Changed roles, passwords and switched-off accounts end a session by what it is signed with.
"""

import time
from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.contrib.auth import SESSION_KEY, logout
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _

from members.services import access

KEPT = "log_in"
# What is still owed before the console opens.
SET_UP = "set_up"
CHECK = "check"
NOTHING = ""
_WRITTEN_EVERY_SECONDS = 60
_PREFIX = "/console/"


class SessionRules:
    """Middleware of the console, behind the one that knows who is logged in."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if not request.path_info.startswith(_PREFIX) or SESSION_KEY not in request.session:
            return self.get_response(request)
        kept = request.session.get(KEPT)
        if kept is None or kept["who"] != request.session[SESSION_KEY]:
            if not request.user.is_authenticated:
                return self.get_response(request)
            kept = _begin(request)
        if _has_ended(kept):
            return _end(request)
        _touch(request, kept)
        if kept["owes"] and not _is_open(request.path_info):
            return _lead(request, kept["owes"])
        return self.get_response(request)


def factor_of(request: HttpRequest) -> str:
    """What this session still owes."""
    owes: str = request.session.get(KEPT, {}).get("owes", NOTHING)
    return owes


def pass_factor(request: HttpRequest) -> None:
    """The second factor was shown; an address of a session that somebody saw before is void."""
    request.session.cycle_key()
    request.session[KEPT] = {**request.session[KEPT], "owes": NOTHING}


def _begin(request: HttpRequest) -> dict[str, Any]:
    terms = access.terms_of(request.user)  # type: ignore[arg-type]
    owes = NOTHING
    if terms.has_second_factor:
        owes = CHECK
    elif terms.needs_second_factor:
        owes = SET_UP
    now = int(time.time())
    kept = {
        "who": request.session[SESSION_KEY],
        "began": now,
        "seen": now,
        "idle": terms.idle_seconds,
        "lasts": terms.lasts_seconds,
        "owes": owes,
    }
    request.session[KEPT] = kept
    return kept


def _has_ended(kept: dict[str, Any]) -> bool:
    now = int(time.time())
    return now - kept["seen"] >= kept["idle"] or now - kept["began"] >= kept["lasts"]


def _touch(request: HttpRequest, kept: dict[str, Any]) -> None:
    """Once a minute, since each time is a write."""
    now = int(time.time())
    if now - kept["seen"] >= _WRITTEN_EVERY_SECONDS:
        request.session[KEPT] = {**kept, "seen": now}


def _end(request: HttpRequest) -> HttpResponse:
    logout(request)
    messages.info(request, _("You were logged out after a while. Please log in again."))
    wanted = request.get_full_path() if request.method == "GET" else ""
    return _go(request, reverse("admin:login"), wanted)


def _lead(request: HttpRequest, owes: str) -> HttpResponse:
    name = "admin:second_factor_check" if owes == CHECK else "admin:second_factor_set_up"
    return _go(request, reverse(name), request.get_full_path() if request.method == "GET" else "")


def _go(request: HttpRequest, url: str, wanted: str) -> HttpResponse:
    """A whole page, also for a dialog that asked for a piece of one."""
    if request.headers.get("HX-Request"):
        return HttpResponse(headers={"HX-Redirect": url})
    return HttpResponseRedirect(f"{url}?{urlencode({'next': wanted})}" if wanted else url)


def _is_open(path: str) -> bool:
    """What one needs on the way in, and the way out."""
    names = ("second_factor_check", "second_factor_set_up", "logout", "login", "jsi18n")
    return path in {reverse(f"admin:{name}") for name in names}
