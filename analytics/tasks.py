"""The worker's doors: facts that follow the marks of each minute."""

from celery import shared_task
from django.utils import timezone

from analytics.services import facts, segment_refreshes


@shared_task
def refresh_facts() -> int | None:
    """By beat, each minute: months, metrics and the days' figures are what the orders say. Gives
    how much was computed; None where another worker is still at it."""
    return facts.refresh_unless_busy(at=timezone.now())


@shared_task
def refresh_segments() -> int:
    """By beat, each hour: segments that are refreshed every hour; gives how many members came or
    left."""
    return sum(segment_refreshes.hourly(at=timezone.now()))
