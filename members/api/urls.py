"""Addresses of this app under `/api/v1/`."""

from django.urls import path

from members.api import consents, members, tags

urlpatterns = [
    path("members", members.MembersView.as_view(), name="members"),
    path("members/lookup", members.LookupView.as_view(), name="member-lookup"),
    path("members/<uuid:uid>", members.MemberView.as_view(), name="member"),
    path("members/<uuid:uid>/consents", consents.ConsentsView.as_view(), name="member-consents"),
    path("members/<uuid:uid>/tags", tags.TagsView.as_view(), name="member-tags"),
]
