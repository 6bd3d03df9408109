"""The channels' API: OAuth 2.0, DRF, OpenAPI, rates."""

# The console translates what a scope lets one do; the library only takes plain text.
from django.utils.translation import gettext_noop as _

from config.settings.base import REGULARS_ENV
from config.settings.environment import env, require

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": ["members.api.authentication.ClientAuthentication"],
    "DEFAULT_PERMISSION_CLASSES": ["members.api.authentication.HasScopes"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["rest_framework.parsers.JSONParser"],
    "DEFAULT_THROTTLE_CLASSES": ["members.api.throttling.ClientThrottle"],
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "EXCEPTION_HANDLER": "members.api.problems.exception_handler",
    "UNAUTHENTICATED_USER": None,
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Regulars channel API",
    "VERSION": "1.0.0",
    "OAS_VERSION": "3.1.0",
    "SERVE_INCLUDE_SCHEMA": False,
    "SCHEMA_PATH_PREFIX": "/api/v1",
    "DESCRIPTION": "Members, orders and points for tills, shops and apps. "
    "Amounts are integers in minor units, instants RFC 3339 with offset, ids opaque; "
    "unknown fields are refused. Refusals are application/problem+json (RFC 9457).",
    "POSTPROCESSING_HOOKS": ["members.api.schema.add_components"],
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "REDOC_DIST": "SIDECAR",
}

OAUTH2_PROVIDER_APPLICATION_MODEL = "members.ApiClient"
OAUTH2_PROVIDER = {
    "SCOPES": {
        "members:read": _("Read members, masked"),
        "members:pii": _("Read members' personal data"),
        "members:write": _("Register and change members"),
        "orders:write": _("Record orders and refunds"),
        "orders:backdate": _("Record orders older than 30 days"),
        "points:redeem": _("Hold and spend points"),
        "coupons:redeem": _("Lock and redeem coupons"),
        "coupons:grant": _("Give coupons to members"),
        "benefits:use": _("Use, claim and rate benefits for members"),
        "rewards:redeem": _("Redeem rewards for members, and hand them over"),
        "events:write": _("Send behavior events"),
        "messages:write": _("Report what became of messages, and which ones members allow"),
        "webhooks:manage": _("Manage webhooks"),
        "reports:read": _("Read reports"),
        "members:login": _("Let members log in: an app on their phones"),
    },
    "ACCESS_TOKEN_EXPIRE_SECONDS": 3_600,
    # Client credentials are the only grant that we give.
    "OAUTH2_SERVER_CLASS": "oauthlib.oauth2.BackendApplicationServer",
    "SCOPES_BACKEND_CLASS": "members.api.oauth.ClientScopes",
    "CLIENT_SECRET_HASHER": "sha256_long_secret",
    "REFRESH_TOKEN_REUSE_PROTECTION": True,
    "ALLOWED_REDIRECT_URI_SCHEMES": ["https"],
    # OAuth 2.0 Security Best Current Practice: what the library will do by default one day.
    "COMPLIANT_BCP_RFC9700_IMPLICIT_GRANT": True,
    "COMPLIANT_BCP_RFC9700_PASSWORD_GRANT": True,
    "COMPLIANT_BCP_RFC9700_PKCE_METHOD": True,
    "COMPLIANT_BCP_RFC9700_ACCESS_TOKEN_TRANSPORT": True,
    "COMPLIANT_BCP_RFC9700_AUTHZ_RESPONSE_ISS": True,
    "COMPLIANT_BCP_RFC9700_TOKEN_STORAGE": True,
    "COMPLIANT_BCP_RFC9700_REFRESH_TOKEN": True,
    "COMPLIANT_BCP_RFC9700_REDIRECT_URI_SCHEME": True,
    "COMPLIANT_BCP_RFC9700_REDIRECT_URI_MATCHING": True,
    "COMPLIANT_BCP_RFC9700_PKCE_REQUIRED": True,
}

# Per client: evenly so many requests a second, and so many at once after a pause.
API_RATE_PER_SECOND = require("API_RATE_PER_SECOND", env.float, default=2_000.0)
API_RATE_BURST = require("API_RATE_BURST", env.int, default=4_000)
# Wrong codes (coupons and the like) within the window: of one client or operator in all, and of
# those for one member, or one store or address where nobody is named.
GUESSES_PER_CALLER = require("GUESSES_PER_CALLER", env.int, default=100)
GUESSES_PER_SUBJECT = require("GUESSES_PER_SUBJECT", env.int, default=10)
GUESS_WINDOW_SECONDS = require("GUESS_WINDOW_SECONDS", env.int, default=600)
# How long a request waits for the counts of these rates before it goes on without them. A test's
# machine may be busier than any shop's server.
RATE_SERVER_TIMEOUT_SECONDS = 5.0 if REGULARS_ENV == "test" else 0.2
CSRF_FAILURE_VIEW = "members.api.problems.csrf_failure"
