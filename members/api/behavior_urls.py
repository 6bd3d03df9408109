"""Addresses of behavior events and of the timeline under `/api/v1/`."""

from django.urls import path

from members.api import behavior_events, timelines

urlpatterns = [
    path("events", behavior_events.EventsView.as_view(), name="events"),
    path("events/batch", behavior_events.EventBatchView.as_view(), name="event-batch"),
    path("members/<uuid:uid>/timeline", timelines.TimelineView.as_view(), name="member-timeline"),
]
