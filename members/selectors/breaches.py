"""Breaches whose duties run."""

from datetime import datetime

from django.db.models import Min, Q, QuerySet

from members.models import Breach, BreachDuty


def with_next_duty() -> QuerySet[Breach]:
    """Every breach with `next_due_at`, when the first of its open duties is due."""
    return Breach.objects.annotate(
        next_due_at=Min("duties__due_at", filter=Q(duties__done_at__isnull=True))
    )


def duties(*, breach_id: int) -> list[BreachDuty]:
    """Of one breach, the first due first."""
    rows = BreachDuty.objects.filter(breach_id=breach_id).select_related("done_by")
    return list(rows.order_by("due_at", "pk"))


def open_duties_count(*, at: datetime, limit: int) -> int:
    """How many duties of all breaches are open, counted up to `limit`."""
    return BreachDuty.objects.filter(done_at__isnull=True)[:limit].count()
