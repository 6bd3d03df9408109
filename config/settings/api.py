"""The channels' API: OAuth 2.0, DRF, OpenAPI."""

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": ["members.api.authentication.ClientAuthentication"],
    "DEFAULT_PERMISSION_CLASSES": ["members.api.authentication.HasScopes"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["rest_framework.parsers.JSONParser"],
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
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "REDOC_DIST": "SIDECAR",
}

OAUTH2_PROVIDER_APPLICATION_MODEL = "members.ApiClient"
OAUTH2_PROVIDER = {
    "SCOPES": {
        "members:read": "Read members, masked",
        "members:pii": "Read members' personal data",
        "members:write": "Register and change members",
        "orders:write": "Record orders and refunds",
        "orders:backdate": "Record orders older than 30 days",
        "points:redeem": "Hold and spend points",
        "coupons:redeem": "Lock and redeem coupons",
        "events:write": "Send behavior events",
        "webhooks:manage": "Manage webhooks",
        "reports:read": "Read reports",
    },
    "ACCESS_TOKEN_EXPIRE_SECONDS": 3_600,
}
