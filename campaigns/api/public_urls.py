"""Addresses of this app that the world calls: links in messages, and reports of providers."""

from django.urls import path

from campaigns.api import message_links, provider_reports

urlpatterns = [
    path("m/o/<path:token>.gif", message_links.picture, name="message-picture"),
    path("m/c/<path:token>", message_links.link, name="message-link"),
    path("m/u/<path:token>", message_links.unsubscribe, name="message-unsubscribe"),
    path("receipts/<slug:provider>/", provider_reports.report, name="provider-report"),
    path(
        "receipts/<slug:provider>/<str:secret>/",
        provider_reports.report,
        name="provider-report-secret",
    ),
]
