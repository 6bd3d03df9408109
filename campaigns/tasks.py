"""The worker's doors: messages that are due, locks of quotes that are over."""

from celery import shared_task
from django.utils import timezone

from campaigns.services import (
    campaign_approvals,
    deliveries,
    delivery_expiry,
    journeys,
    parked_receipts,
    quote_locks,
    runs,
    step_calls,
)


@shared_task
def send_due() -> None:
    """Sends what is due, batch after batch, until nothing is."""
    while deliveries.send_due(at=timezone.now(), clock=timezone.now):
        pass


@shared_task
def advance_due() -> None:
    """Lets members of journeys go on whose time has come, batch after batch."""
    while journeys.advance_due(at=timezone.now()):
        pass


@shared_task
def run_due() -> None:
    """Begins runs that are due, unless they cost more than was approved, or reach others; ends
    what is over."""
    campaign_approvals.pause_dearer()
    campaign_approvals.pause_redefined()
    runs.begin_due(at=timezone.now())
    runs.settle(at=timezone.now())


@shared_task
def expire_quote_locks() -> int:
    """By beat, each minute: budgets that nobody paid for are free for others. Whoever needs one
    sees by itself that a lock is over; this is for quotes and for the console. Gives how many."""
    return quote_locks.expire_due(at=timezone.now())


@shared_task
def send_step_calls() -> None:
    """Posts what journeys tell other systems, batch after batch, until nothing is due."""
    while step_calls.send_due(at=timezone.now()):
        pass


@shared_task
def expire_messages() -> None:
    """By beat, each minute: what paused campaigns have queued ends when it is too late."""
    while delivery_expiry.expire_waiting(at=timezone.now()):
        pass


@shared_task
def settle_receipts() -> None:
    """By beat, each minute: reports that came before their message find it now."""
    while parked_receipts.settle(at=timezone.now()):
        pass
