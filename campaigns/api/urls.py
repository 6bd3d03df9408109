"""Addresses of this app under `/api/v1/`."""

from django.urls import path

from campaigns.api import offers, quote_locks, quotes

urlpatterns = [
    path("quotes", quotes.QuotesView.as_view(), name="quotes"),
    path("quotes/locks", quote_locks.QuoteLocksView.as_view(), name="quote-locks"),
    path(
        "quotes/locks/<uuid:uid>/release",
        quote_locks.QuoteLockReleaseView.as_view(),
        name="quote-lock-release",
    ),
    path("members/<uuid:uid>/offers", offers.MemberOffersView.as_view(), name="member-offers"),
    path("me/offers", offers.OwnOffersView.as_view(), name="me-offers"),
]
