"""Addresses of this app under `/api/v1/`."""

from django.urls import path

from analytics.api import segments

urlpatterns = [
    path("segments", segments.SegmentsView.as_view(), name="segments"),
    path("segments/<slug:code>", segments.SegmentView.as_view(), name="segment"),
    path(
        "segments/<slug:code>/members/<uuid:uid>",
        segments.MembershipView.as_view(),
        name="segment-member",
    ),
    path(
        "members/<uuid:uid>/segments",
        segments.MemberSegmentsView.as_view(),
        name="member-segments",
    ),
]
