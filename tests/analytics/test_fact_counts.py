"""What the database counts as it writes says what the members' own rows say."""

import random
from dataclasses import replace
from datetime import timedelta

import pytest

from analytics.models import CohortMonth, PurchaseGap
from analytics.selectors.filters import Filters, Period
from analytics.selectors.measures import activity, buying, months, people, repurchase, worth
from analytics.services import fact_counts, facts, member_days
from loyalty.models import Account, Tier
from tests.analytics.rolled import rows
from tests.analytics.shop import NOW, TODAY, bought, enroll

pytestmark = pytest.mark.django_db
# Some within weeks, some beyond the longest gap that is told apart.
SPAN_DAYS = 800


@pytest.fixture
def crowd(shop):
    """Members, all with a tier, and their orders, some of which came back whole."""
    dice = random.Random(7)
    members = [enroll() for _ in range(12)]
    tier = Tier.objects.order_by("rank").first()
    Account.objects.filter(member__in=members).update(tier=tier)
    orders = []
    for member in members:
        for _ in range(dice.randrange(1, 9)):
            day = TODAY - timedelta(
                days=dice.choice((dice.randrange(90), dice.randrange(SPAN_DAYS)))
            )
            net = dice.randrange(100, 9_000)
            back = net if dice.random() < 0.1 else 0
            orders.append(bought(member, net, day=day, refunded_amount=back).pk)
    member_days.recompute(order_ids=orders)
    facts.refresh(at=NOW)
    return members


def told(filters):
    return {
        "repurchase": repurchase.repurchase(filters, (1, 30, 60, 90, 366)),
        "cohorts": months.cohorts(filters),
        "life cycle": months.life_cycle(filters),
        "ages": people._ages(filters),
        "year": worth.year(filters),
        "buyers": buying._buyers_count(filters),
        "active": activity.by_order(filters),
    }


@pytest.mark.parametrize("days_ago", [0, 17, 31, 200])
def test_counts_say_of_everybody_what_their_own_rows_say(crowd, days_ago):
    as_of = TODAY - timedelta(days=days_ago)
    whole = Filters(period=Period(from_on=as_of - timedelta(days=45), to_on=as_of))
    tiers = tuple(Tier.objects.values_list("pk", flat=True))

    assert told(whole) == told(replace(whole, tier_ids=tiers))


def test_a_wrong_count_is_mended_by_counting_anew(crowd):
    right = rows(PurchaseGap), rows(CohortMonth)
    PurchaseGap.objects.update(days_count=99)
    CohortMonth.objects.first().delete()

    fact_counts.recount()

    assert (rows(PurchaseGap), rows(CohortMonth)) == right
