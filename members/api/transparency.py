"""The public pages on personal data: what for, which, who gets it, how long, and one's rights.

No log-in, no cookie, nothing about a person; in the language that the browser asks for, or the
one that is chosen on the page.
"""

from typing import Any

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone, translation
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe
from django.views.decorators.vary import vary_on_headers

from members.models import PrivacyClock
from members.models.data_categories import labels
from members.selectors import transparency

# Kinds of requests in the order in which people ask for them.
RIGHTS = (
    ("ACCESS", _("Ask what we know about you")),
    ("EXPORT", _("Take your data along, as a file")),
    ("CORRECTION", _("Have them corrected")),
    ("DELETION", _("Have them deleted")),
    ("RESTRICTION", _("Have their use restricted")),
    ("NO_PROFILING", _("Object to profiling")),
)


@require_safe
@cache_control(public=True, max_age=300)
@vary_on_headers("Accept-Language")
def index(request: HttpRequest) -> HttpResponse:
    with translation.override(_language(request)):
        found = transparency.index(at=timezone.now())
        context = {
            "purposes": [
                {"row": row, "categories": labels(row.categories)} for row in found.purposes
            ],
            "recipients": [
                {"row": row, "categories": labels(row.categories)} for row in found.recipients
            ],
            "texts": found.texts,
            "rights": _rights(),
            **_page(request),
        }
        return render(request, "public/transparency.html", context)


@require_safe
@cache_control(public=True, max_age=300)
@vary_on_headers("Accept-Language")
def policy(request: HttpRequest, kind: str, version: str) -> HttpResponse:
    language = _language(request)
    with translation.override(language):
        found = transparency.policy(kind=kind.upper(), version=version, language=language)
        if found is None:
            raise Http404
        return render(request, "public/policy.html", {"policy": found, **_page(request)})


def _page(request: HttpRequest) -> dict[str, Any]:
    return {"languages": settings.LANGUAGES, "language": translation.get_language()}


def _language(request: HttpRequest) -> str:
    """Of the link that was followed, else the browser's."""
    asked = request.GET.get("language", "")
    return asked if asked in dict(settings.LANGUAGES) else translation.get_language()


def _rights() -> list[dict[str, Any]]:
    clocks = {clock.kind: clock for clock in PrivacyClock.objects.all()}
    return [{"title": title, "clock": clocks.get(kind)} for kind, title in RIGHTS]
