"""Where we are: a badge on every page that isn't the shop's own console."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

_BADGES = {"demo": (_("Demo"), "warning"), "test": (_("Test"), "info")}


def badge(request: HttpRequest) -> tuple[Any, str] | None:
    """Text and color of the badge; none in production."""
    return _BADGES.get(settings.REGULARS_ENV)


def context(request: HttpRequest) -> dict[str, Any]:
    return {"is_demo": settings.REGULARS_ENV == "demo"}
