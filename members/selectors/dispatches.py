"""What waits for its subscriber, and what died on the way."""

from datetime import datetime, timedelta

from django.db.models import Count, Min, QuerySet

from members.models import Dispatch


def dead() -> QuerySet[Dispatch]:
    """Dispatches that failed for good and wait for a person, with their events."""
    return Dispatch.objects.filter(state=Dispatch.State.DEAD).select_related("event")


def lag(*, at: datetime) -> timedelta:
    """How long the oldest due dispatch has been waiting; zero when none is due."""
    due = Dispatch.objects.filter(state=Dispatch.State.PENDING, next_at__lte=at)
    oldest = due.aggregate(oldest=Min("next_at"))["oldest"]
    return at - oldest if oldest else timedelta(0)


def counts() -> dict[tuple[str, str], int]:
    """Number of rows by (subscriber, state)."""
    rows = Dispatch.objects.values("subscriber", "state").annotate(count=Count("pk"))
    return {(row["subscriber"], row["state"]): row["count"] for row in rows}
