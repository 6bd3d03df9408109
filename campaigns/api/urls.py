"""Addresses of this app under `/api/v1/`."""

from django.urls import path

from campaigns.api import quotes

urlpatterns = [
    path("quotes", quotes.QuotesView.as_view(), name="quotes"),
]
