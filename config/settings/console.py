"""The operator console: Unfold's look and navigation. What is behind it: `config/console/`."""

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest
from django.templatetags.static import static
from django.urls import reverse_lazy
from django.utils.translation import gettext_lazy as _


def _style(request: HttpRequest) -> str:
    return static("console/console.css")


def _script(request: HttpRequest) -> str:
    return static("console/console.js")


def _favicon(request: HttpRequest) -> str:
    return static("console/favicon.svg")


def _may_see(permission: str) -> Callable[[HttpRequest], bool]:
    return lambda request: request.user.has_perm(permission)


UNFOLD: dict[str, Any] = {
    "SITE_TITLE": "Regulars",
    "SITE_HEADER": "Regulars",
    "SITE_SUBHEADER": _("Operator console"),
    "SITE_SYMBOL": "loyalty",
    "SITE_URL": None,
    "SITE_FAVICONS": [{"rel": "icon", "type": "image/svg+xml", "href": _favicon}],
    "SHOW_HISTORY": False,
    "SHOW_VIEW_ON_SITE": False,
    "SHOW_LANGUAGES": True,
    "SHOW_BACK_BUTTON": True,
    "ENVIRONMENT": "config.console.environment.badge",
    "GLOBAL_CALLBACK": "config.console.environment.context",
    "DASHBOARD_CALLBACK": "config.console.home.dashboard",
    "STYLES": [_style],
    "SCRIPTS": [_script],
    "BORDER_RADIUS": "6px",
    # Teal, dark enough at 600 for white text on it (WCAG AA, 4.5 : 1).
    "COLORS": {
        "primary": {
            "50": "oklch(98.4% .014 180.7)",
            "100": "oklch(95.3% .051 180.8)",
            "200": "oklch(91% .096 180.4)",
            "300": "oklch(85.5% .138 181.1)",
            "400": "oklch(77.7% .152 181.9)",
            "500": "oklch(70.4% .14 182.5)",
            "600": "oklch(53% .102 185.5)",
            "700": "oklch(46.5% .088 187)",
            "800": "oklch(40% .072 188)",
            "900": "oklch(35% .058 188.4)",
            "950": "oklch(27.7% .046 192.5)",
        },
    },
    # One trail on two tabs: what people did, and what the database saw change.
    "TABS": [
        {
            "models": ["members.auditrecord", "members.changerecord"],
            "items": [
                {
                    "title": _("Deeds"),
                    "link": reverse_lazy("admin:members_auditrecord_changelist"),
                    "permission": _may_see("members.view_auditrecord"),
                },
                {
                    "title": _("Changes"),
                    "link": reverse_lazy("admin:members_changerecord_changelist"),
                    "permission": _may_see("members.view_changerecord"),
                },
            ],
        }
    ],
    "ACCOUNT": {
        "navigation": [
            {"title": _("My log-in"), "link": reverse_lazy("admin:second_factor")},
        ],
    },
    "SIDEBAR": {
        "show_search": True,
        "command_search": True,
        "show_all_applications": False,
        "navigation": "config.console.navigation.sidebar",
    },
}
