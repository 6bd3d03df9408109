"""Cross-buying with whole numbers: of two categories, what came back, too many orders."""

from datetime import date, timedelta
from decimal import Decimal

import pytest

from analytics.registry import measures
from analytics.selectors.filters import Filters, Period
from analytics.selectors.measures import baskets
from analytics.services import fact_rebuilds, facts
from loyalty.models import OrderLine, Product
from members.models import Store
from tests import world
from tests.analytics.shop import TODAY, bought, enroll

pytestmark = pytest.mark.django_db
TEA, CUP, BARE = "tea", "cup", ""


def lines(order, *categories, refunded=0):
    for number, category in enumerate(categories, 1):
        product, _ = Product.objects.get_or_create(
            sku=f"s-{category}", defaults={"name_en": "x", "category": category}
        )
        OrderLine.objects.create(
            order=order,
            number=number,
            line_id=f"{number}",
            product=product,
            quantity=1,
            unit_price_amount=1_000,
            net_amount=1_000,
            money_amount=1_000,
            eligible_amount=1_000,
            refunded_amount=refunded if number == 1 else 0,
        )


@pytest.fixture
def shop(db, keys_made):
    """Alice: tea, and a cup on another day elsewhere; Bob: tea twice; Carol: tea and a product of
    no category; Dora: tea that came back and a cup; Eve: both, a year ago."""
    world.open_shop()
    alice, bob, carol, dora, eve = (enroll() for _ in range(5))
    lines(bought(alice, 1_000, day=TODAY - timedelta(days=3)), TEA)
    lines(bought(alice, 1_000, store="BJ01"), CUP)
    lines(bought(bob, 2_000), TEA, TEA)
    lines(bought(carol, 2_000), TEA, BARE)
    lines(bought(dora, 2_000, refunded_amount=1_000), TEA, CUP, refunded=1_000)
    lines(bought(eve, 2_000, day=date(2025, 3, 1)), TEA, CUP)
    lines(bought(None, 2_000), TEA, CUP)
    list(fact_rebuilds.rebuild())
    facts.refresh(at=world.NOW)


def told(from_on, **narrowed):
    filters = Filters(period=Period(from_on=from_on, to_on=TODAY), **narrowed)
    found = measures.measure("cross_buying_rate").read(filters)
    return found.numerator, found.denominator, found.value


def test_members_of_two_categories_are_counted_over_days_and_places(shop, monkeypatch):
    # Alice, of Alice, Bob, Carol and Dora; with the year before Eve too, of five.
    assert told(TODAY - timedelta(days=9)) == (1, 4, Decimal("25.0"))
    assert told(date(2025, 1, 1)) == (2, 5, Decimal("40.0"))
    # She bought one of the two in each place, and but one of them today.
    beijing = Store.objects.get(code="BJ01").pk
    assert told(TODAY - timedelta(days=9), store_ids=(beijing,)) == (0, 1, Decimal("0.0"))
    assert told(TODAY) == (0, 4, Decimal("0.0"))

    monkeypatch.setattr(baskets, "MOST_ORDERS", 4)
    assert told(TODAY - timedelta(days=9)) == (None, None, None)
