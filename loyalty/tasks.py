"""The worker's doors: what can't wait for the night."""

from celery import shared_task
from django.utils import timezone

from loyalty.services import coupon_nights, redemption_nights, tier_reviews


@shared_task
def end_due_tier_terms() -> int:
    """By beat, each minute: a term that is over shows in lists and counts too, not only where
    somebody buys or asks; gives how many members. The night finds nothing left to do."""
    return sum(tier_reviews.end_terms(at=timezone.now()))


@shared_task
def settle_due_coupons() -> int:
    """By beat, each minute: coupons that expired and locks that timed out show as such in lists
    and counts, and stock and budgets have what they kept; gives how many."""
    return sum(coupon_nights.settle(at=timezone.now()))


@shared_task
def settle_due_redemptions() -> int:
    """By beat, each minute: rewards that were not paid or picked up in time are in stock again, and
    their points with the members; gives how many."""
    return sum(redemption_nights.settle(at=timezone.now()))
