"""The worker's door: messages that are due."""

from celery import shared_task
from django.utils import timezone

from campaigns.services import deliveries


@shared_task
def send_due() -> None:
    """Sends what is due, batch after batch, until nothing is."""
    while deliveries.send_due(at=timezone.now()):
        pass
