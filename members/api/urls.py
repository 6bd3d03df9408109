"""Addresses of this app under `/api/v1/`."""

from django.urls import include, path

from members.api import (
    consents,
    me,
    member_sessions,
    members,
    one_time_codes,
    privacy_packages,
    privacy_requests,
    tags,
)

urlpatterns = [
    path("members", members.MembersView.as_view(), name="members"),
    path("members/lookup", members.LookupView.as_view(), name="member-lookup"),
    path("members/<uuid:uid>", members.MemberView.as_view(), name="member"),
    path("members/<uuid:uid>/consents", consents.ConsentsView.as_view(), name="member-consents"),
    path("members/<uuid:uid>/tags", tags.TagsView.as_view(), name="member-tags"),
    path(
        "members/<uuid:uid>/privacy-requests",
        privacy_requests.PrivacyRequestsView.as_view(),
        name="member-privacy-requests",
    ),
    # Of consumer apps: before the log-in, and about oneself.
    path("auth/otp", one_time_codes.CodesView.as_view(), name="auth-otp"),
    path("auth/otp/verify", one_time_codes.CodeVerifyView.as_view(), name="auth-otp-verify"),
    path("auth/refresh", member_sessions.RefreshView.as_view(), name="auth-refresh"),
    path("auth/logout", member_sessions.LogoutView.as_view(), name="auth-logout"),
    path("me", me.MeView.as_view(), name="me"),
    path("me/card", me.CardView.as_view(), name="me-card"),
    path("me/timeline", me.TimelineView.as_view(), name="me-timeline"),
    path("me/consents", consents.OwnConsentsView.as_view(), name="me-consents"),
    path(
        "me/privacy-requests",
        privacy_requests.OwnRequestsView.as_view(),
        name="me-privacy-requests",
    ),
    path(
        "me/privacy-requests/<uuid:uid>/package",
        privacy_packages.OwnPackageView.as_view(),
        name="me-package",
    ),
    path("me/sessions", member_sessions.SessionsView.as_view(), name="me-sessions"),
    path("me/sessions/<uuid:uid>", member_sessions.SessionView.as_view(), name="me-session"),
    path("", include("members.api.service_urls")),
    path("", include("members.api.voice_urls")),
    path("", include("members.api.behavior_urls")),
]
