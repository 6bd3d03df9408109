"""`/m/…`: the addresses that stand in messages. Whoever follows one isn't logged in.

No cookie is set or asked for, and no address names a person: a token is a message's number under
our seal. Source: RFC 8058 (unsubscribing by one POST).
"""

import base64
from collections.abc import Callable
from functools import wraps
from typing import Any, cast

from csp.constants import NONE, SELF
from csp.decorators import csp
from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils import timezone, translation
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_safe

from campaigns.rules import link_tokens
from campaigns.services import message_looks, unsubscribes
from campaigns.services.message_looks import Visit
from members.api import addresses, throttling
from members.api.throttling import Rate
from members.models import Consent

View = Callable[..., HttpResponse]

# One transparent point.
_POINT = base64.b64decode("R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7")
_HEADERS = {
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
    "X-Robots-Tag": "noindex, nofollow",
}
_POLICY = {
    "default-src": [NONE],
    "style-src": [SELF],
    "img-src": [SELF],
    "form-action": [SELF],
    "base-uri": [NONE],
    "frame-ancestors": [NONE],
}
# Browsers that fetch what nobody has asked for say so in one of these.
_PREFETCH = ("HTTP_SEC_PURPOSE", "HTTP_PURPOSE", "HTTP_X_PURPOSE", "HTTP_X_MOZ")
_ONE_CLICK = "One-Click"


def _of_a_message(view: View) -> View:
    """What all these addresses share: never cached, never indexed, nothing loads from elsewhere."""

    @wraps(view)
    def answered(request: HttpRequest, token: str) -> HttpResponse:
        answer = view(request, token)
        for name, value in _HEADERS.items():
            answer.headers[name] = value
        return answer

    return cast("View", csp(_POLICY)(answered))  # type: ignore[arg-type]


@require_safe
@_of_a_message
def picture(request: HttpRequest, token: str) -> HttpResponse:
    """The point, whatever the token is: nobody learns by it which ones are ours."""
    if not _wait(request):
        message_looks.opened(visit=_visit(request, token), at=timezone.now())
    return HttpResponse(_POINT, content_type="image/gif")


@require_safe
@_of_a_message
def link(request: HttpRequest, token: str) -> HttpResponse:
    """Leads on to where the message's own text says."""
    if seconds := _wait(request):
        return _slow_down(request, seconds)
    target = message_looks.clicked(visit=_visit(request, token), at=timezone.now())
    return _leads_nowhere(request) if target is None else HttpResponseRedirect(target)


@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
@_of_a_message
def unsubscribe(request: HttpRequest, token: str) -> HttpResponse:
    """A page with one button, which changes nothing by being looked at; a POST unsubscribes."""
    if seconds := _wait(request):
        return _slow_down(request, seconds)
    if request.method == "POST":
        is_one_click = request.POST.get("List-Unsubscribe") == _ONE_CLICK
        how = unsubscribes.ONE_CLICK if is_one_click else unsubscribes.LINK
        delivery = message_looks.unsubscribed(token=token, how=how, at=timezone.now())
    else:
        found = message_looks.delivery_of(link_tokens.UNSUBSCRIBE, token)
        delivery = found[0] if found else None
    if delivery is None:
        return _leads_nowhere(request)
    with translation.override(_language(request, delivery.language)):
        media = dict(Consent.Medium.choices)
        context = {"medium": media.get(delivery.medium, ""), "is_done": request.method == "POST"}
        return _page(request, "public/unsubscribe.html", context)


def _visit(request: HttpRequest, token: str) -> Visit:
    told = " ".join(request.META.get(name, "") for name in _PREFETCH).lower()
    return Visit(
        token=token,
        method=request.method or "",
        user_agent=request.META.get("HTTP_USER_AGENT", "")[:500],
        is_prefetch="prefetch" in told or "preview" in told,
    )


def _wait(request: HttpRequest) -> float:
    """0, or the seconds until this address may call again."""
    rate = Rate(settings.LINK_RATE_PER_SECOND, settings.LINK_RATE_BURST)
    return throttling.wait(key=f"links:{addresses.of(request)}", rate=rate)


def _leads_nowhere(request: HttpRequest) -> HttpResponse:
    with translation.override(_language(request)):
        return _page(request, "public/old_link.html", {}, status=404)


def _slow_down(request: HttpRequest, seconds: float) -> HttpResponse:
    with translation.override(_language(request)):
        answer = _page(request, "public/slow_down.html", {}, status=429)
    answer.headers["Retry-After"] = throttling.retry_after(seconds)
    return answer


def _page(
    request: HttpRequest, template: str, context: dict[str, Any], status: int = 200
) -> HttpResponse:
    page = {"languages": settings.LANGUAGES, "language": translation.get_language()}
    return render(request, template, {**page, **context}, status=status)


def _language(request: HttpRequest, own: str = "") -> str:
    """What was chosen on the page, else the message's, else the browser's."""
    known = dict(settings.LANGUAGES)
    asked = request.GET.get("language", "")
    return next((one for one in (asked, own) if one in known), translation.get_language())
