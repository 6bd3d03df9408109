"""Where the doors are."""

from typing import Any

from django.contrib import admin
from django.urls import URLPattern, URLResolver, include, path
from django.views.generic import RedirectView
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerSplitView
from oauth2_provider.views import RevokeTokenView

from analytics.admin.dashboards import frame as dashboards
from analytics.api import urls as analytics_urls
from campaigns.api import public_urls as message_urls
from campaigns.api import urls as campaign_urls
from config import health
from config.console import counter, second_factor
from loyalty.api import urls as loyalty_urls
from members.api import oauth, transparency
from members.api import urls as member_urls

# What describes the API is no secret, and asks nobody who they are.
_OPEN: dict[str, list[Any]] = {
    "authentication_classes": [],
    "permission_classes": [],
    "throttle_classes": [],
}

# Addresses are tried one after another: what tills call most comes first.
api: list[Any] = [
    *campaign_urls.urlpatterns,
    *loyalty_urls.urlpatterns,
    *member_urls.urlpatterns,
    *analytics_urls.urlpatterns,
    path("schema", SpectacularAPIView.as_view(**_OPEN), name="schema"),
]
# Of the OAuth library only what client credentials need: no pages, no other grants.
tokens = [
    path("token/", oauth.TokenView.as_view(), name="token"),
    path("revoke_token/", RevokeTokenView.as_view(), name="revoke-token"),
]

# These are no model's pages: they stand before the site's own, in its namespace.
console: list[Any] = [
    *counter.urls(admin.site),
    *dashboards.urls(admin.site),
    *second_factor.urls(admin.site),
    *admin.site.get_urls(),
]

urlpatterns: list[URLPattern | URLResolver] = [
    path("", RedirectView.as_view(pattern_name="admin:index"), name="front"),
    path("console/", (console, "admin", "admin")),
    path("i18n/", include("django.conf.urls.i18n")),
    path("api/v1/", include((api, "api"))),
    path(
        "api/docs/",
        SpectacularSwaggerSplitView.as_view(**_OPEN, url_name="api:schema"),
        name="api-docs",
    ),
    path("oauth/", include((tokens, "oauth2_provider"))),
    path("privacy/", transparency.index, name="transparency"),
    path("privacy/<slug:kind>/<str:version>/", transparency.policy, name="policy"),
    *message_urls.urlpatterns,
    path("livez", health.livez, name="livez"),
    path("readyz", health.readyz, name="readyz"),
]

handler400 = "members.api.problems.bad_request"
handler403 = "members.api.problems.forbidden"
handler404 = "members.api.problems.not_found"
handler500 = "members.api.problems.server_error"
