"""Budgets and counts of offers: pools that all versions of an offer share.

Source: loyalty/migrations/sql/pools.sql; docs/decisions/0053-limits-of-versions.md.
"""

from django.db import connection
from django.db.models import Count, F, Sum

from campaigns.models import Offer, OfferUse

# What took from the pools and has not been given back whole.
_TAKEN = (OfferUse.State.RESERVED, OfferUse.State.COMMITTED)


def publish(offer: Offer) -> None:
    """Opens the pools of an offer that is being published, or sets them to its figures less what
    has been used; without a figure there is no end. In the publishing transaction."""
    # The order in which everybody takes them.
    totals = {"amount": offer.budget_amount, "count": offer.limit_count}
    keys = {what: f"offer:{offer.code}:{what}" for what in totals}
    with connection.cursor() as cursor:
        for key in keys.values():
            cursor.execute("SELECT loyalty_pool_lock(%s)", [key])
        # Behind these locks nobody is about to use it.
        used = _used(offer.code)
        for what, total in totals.items():
            left = None if total is None else max(0, total - used[what])
            cursor.execute("SELECT loyalty_pool_fill(%s, %s)", [keys[what], left])


def _used(code: str) -> dict[str, int]:
    uses = OfferUse.objects.filter(code=code, state__in=_TAKEN)
    found = uses.aggregate(
        count=Count("pk"), amount=Sum(F("amount") - F("returned_amount"), default=0)
    )
    return {"count": int(found["count"]), "amount": int(found["amount"])}
