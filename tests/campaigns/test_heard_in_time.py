"""Who waits for an event goes on when it happened: what follows counts from then, whenever it is
told, and late news expire as everywhere."""

from datetime import timedelta

import pytest

from campaigns.models import Delivery
from tests.campaigns import made
from tests.campaigns.happened import ORDER, advance, after, buy, hear
from tests.campaigns.on_the_way import enter, journey, wait
from tests.campaigns.shop import NOW, enroll

pytestmark = pytest.mark.django_db
DAY = 24 * 60
THANKS = {
    "id": "v1",
    "kind": "WAIT_EVENT",
    "event": ORDER,
    "minutes": 7 * DAY,
    "heard": [made.message("INBOX", step="m1")],
    "else": [],
}


@pytest.fixture
def alice(shop):
    """Waits a week, from now on, for whether she buys; is thanked within 48 hours."""
    alice = enroll()
    enter(journey(THANKS), alice)
    advance(0)
    return alice


def told():
    return [(one.step, one.state, one.expires_at) for one in Delivery.objects.all()]


def test_thanks_for_an_order_of_the_sixth_day_live_two_days_from_the_order_on(alice):
    buy(alice, 6 * DAY)
    hear(6 * DAY)

    assert told() == [("m1", "QUEUED", NOW + timedelta(days=8))]


def test_an_order_that_is_told_late_leaves_as_much_less_time(alice):
    buy(alice, DAY, at=after(2 * DAY))
    hear(2 * DAY)

    assert told() == [("m1", "QUEUED", NOW + timedelta(days=3))]


def test_an_order_that_is_told_three_days_late_is_no_news_any_more(alice):
    buy(alice, DAY, at=after(4 * DAY))
    hear(4 * DAY)

    assert told() == [("m1", "EXPIRED", NOW + timedelta(days=3))]


def test_what_is_found_on_record_when_the_wait_is_over_counts_from_when_it_happened(alice):
    """As if it had been told just then: the order of things isn't what they were told in."""
    buy(alice, 6 * DAY, at=after(7 * DAY))
    advance(7 * DAY)

    assert told() == [("m1", "QUEUED", NOW + timedelta(days=8))]


def test_a_wait_behind_it_goes_on_from_when_it_was_heard(shop):
    bob = enroll(email="bob@example.org")
    steps = {**THANKS, "heard": [wait(60), made.message("INBOX", step="m1")]}
    enter(journey(steps), bob)
    advance(0)
    buy(bob, 6 * DAY)
    hear(6 * DAY)
    advance(6 * DAY + 60)

    assert told() == [("m1", "QUEUED", after(8 * DAY + 60))]
