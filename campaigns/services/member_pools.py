"""How many members a campaign may still take in, and what its messages may still cost: pools, so
that no row is written by everybody. Source: loyalty/migrations/sql/pools.sql."""

from django.db import connection
from django.db.models import Sum

from campaigns.models import Campaign, Delivery, Enrollment


def publish(campaign: Campaign) -> None:
    """Opens the pools at an approval, or sets them to their figures less what was used; without a
    figure there is no end. In the approving transaction."""
    with connection.cursor() as cursor:
        for what in ("cost", "members"):
            cursor.execute("SELECT loyalty_pool_lock(%s)", [_key(campaign.pk, what)])
        # Behind these locks nobody is about to take from them.
        for what, total, used in (
            ("cost", campaign.budget_amount, _spent(campaign)),
            ("members", _members(campaign), _entered(campaign)),
        ):
            left = None if total is None else max(0, total - used)
            cursor.execute("SELECT loyalty_pool_fill(%s, %s)", [_key(campaign.pk, what), left])


def take_members(*, campaign_id: int, count: int, own: int) -> bool:
    """Takes places for so many members, all or none; `own` spreads takers over shards."""
    return _take(_key(campaign_id, "members"), count, own)


def take_cost(*, campaign_id: int, amount: int, own: int) -> bool:
    """Takes what a message costs, in minor units, from the campaign's budget."""
    return _take(_key(campaign_id, "cost"), amount, own)


def hold_cost(*, campaign_id: int) -> int | None:
    """What is left of the campaign's budget, in minor units, behind its lock: nobody else takes of
    it until the transaction ends. None: there is no end."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT loyalty_pool_lock(%s)", [_key(campaign_id, "cost")])
        left = cursor.fetchone()[0]
    return None if left is None else int(left)


def cost_left(campaign: Campaign) -> int | None:
    """What its messages may still cost by the figure of the draft; None: there is no end."""
    if campaign.budget_amount is None:
        return None
    return max(0, campaign.budget_amount - (_spent(campaign) if campaign.pk else 0))


def give_cost(*, campaign_id: int, amount: int, own: int) -> None:
    """Gives back what a message cost that the provider surely did not take."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT loyalty_pool_give(%s, %s, %s)", [_key(campaign_id, "cost"), amount, own]
        )


def _take(key: str, count: int, own: int) -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT loyalty_pool_take(%s, %s, %s)", [key, count, own % 16])
        return bool(cursor.fetchone()[0])


def _members(campaign: Campaign) -> int | None:
    """Only where members come one by one: a frozen audience is counted when it is frozen."""
    return None if campaign.comes_in_runs else campaign.audience_limit


def _entered(campaign: Campaign) -> int:
    rows = Enrollment.objects.filter(campaign=campaign)
    return rows.exclude(state=Enrollment.State.EXCLUDED).count()


def _spent(campaign: Campaign) -> int:
    spent = Delivery.objects.filter(campaign=campaign, state__in=Delivery.CONTACTS)
    return int(spent.aggregate(sum=Sum("cost_amount", default=0))["sum"])


def _key(campaign_id: int, what: str) -> str:
    return f"campaign:{campaign_id}:{what}"
