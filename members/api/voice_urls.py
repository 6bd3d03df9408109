"""Addresses of surveys, communities and appointments under `/api/v1/`."""

from django.urls import path

from members.api import appointments, communities, surveys

urlpatterns = [
    path("surveys/<uuid:uid>", surveys.SurveyView.as_view(), name="survey"),
    path("surveys/<uuid:uid>/responses", surveys.ResponsesView.as_view(), name="survey-responses"),
    path(
        "communities/<slug:code>/members",
        communities.CommunityMembersView.as_view(),
        name="community-members",
    ),
    path(
        "communities/<slug:code>/members/leave",
        communities.CommunityLeavingView.as_view(),
        name="community-leaving",
    ),
    path("appointments", appointments.AppointmentsView.as_view(), name="appointments"),
    path("appointments/<uuid:uid>", appointments.AppointmentView.as_view(), name="appointment"),
]
