"""Breaches whose duties run."""

from django.db.models import Min, Q, QuerySet

from members.models import BreachDuty

# When the first open duty of a breach is due: for lists of breaches.
NEXT_DUE_AT = Min("duties__due_at", filter=Q(duties__done_at__isnull=True))


def duties(*, breach_id: int) -> list[BreachDuty]:
    """Of one breach, the first due first."""
    rows = BreachDuty.objects.filter(breach_id=breach_id).select_related("done_by")
    return list(rows.order_by("due_at", "pk"))


def open_duties() -> QuerySet[BreachDuty]:
    """The duties of all breaches that are open."""
    return BreachDuty.objects.filter(done_at__isnull=True)
