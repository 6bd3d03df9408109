"""Addresses of service cases under `/api/v1/`."""

from django.urls import path

from members.api import service_cases

urlpatterns = [
    path("service-cases", service_cases.CasesView.as_view(), name="service-cases"),
    path("service-cases/<uuid:uid>", service_cases.CaseView.as_view(), name="service-case"),
    path(
        "service-cases/<uuid:uid>/messages",
        service_cases.CaseMessagesView.as_view(),
        name="service-case-messages",
    ),
]
