"""Addresses of this app under `/api/v1/`."""

from django.urls import path

from campaigns.api import (
    inbox,
    message_credits,
    message_receipts,
    offers,
    quote_locks,
    quotes,
)

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
    path("me/inbox", inbox.InboxView.as_view(), name="me-inbox"),
    path("me/inbox/<uuid:uid>/read", inbox.InboxReadView.as_view(), name="me-inbox-read"),
    path(
        "me/message-credits",
        message_credits.OwnMessageCreditsView.as_view(),
        name="me-message-credits",
    ),
    path(
        "members/<uuid:uid>/message-credits",
        message_credits.MemberMessageCreditsView.as_view(),
        name="member-message-credits",
    ),
    path(
        "message-receipts",
        message_receipts.MessageReceiptsView.as_view(),
        name="message-receipts",
    ),
]
