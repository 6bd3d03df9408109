"""The inbox of requests that wait for a second person."""

from datetime import datetime

from django.db.models import QuerySet

from members.models import ApprovalRequest, User


def waiting(*, at: datetime) -> QuerySet[ApprovalRequest]:
    """Requests that can still be decided at `at`, the oldest first."""
    rows = ApprovalRequest.objects.filter(status=ApprovalRequest.Status.PENDING, expires_at__gt=at)
    return rows.select_related("maker", "member__key").order_by("created_at", "pk")


def waiting_for(*, checker: User, at: datetime) -> QuerySet[ApprovalRequest]:
    """Those among them that this person may decide: never their own."""
    return waiting(at=at).exclude(maker=checker)
