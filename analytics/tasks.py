"""The worker's doors: facts that follow the marks of each minute."""

from celery import shared_task
from django.utils import timezone

from analytics.services import facts


@shared_task
def refresh_facts() -> int | None:
    """By beat, each minute: months, metrics and the days' figures are what the orders say. Gives
    how much was computed; None where another worker is still at it."""
    return facts.refresh_unless_busy(at=timezone.now())
