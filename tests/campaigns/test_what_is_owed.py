"""What is written by the hundred thousand owes campaigns a hearing only where one listens."""

from datetime import timedelta

import pytest

from loyalty.services import points
from members.models import Dispatch, Event
from members.services import nights
from tests.campaigns import made
from tests.loyalty import coupon_shop, till

pytestmark = pytest.mark.django_db
NIGHT = till.NOW + timedelta(days=31)


@pytest.fixture
def alice(shop):
    """Her coupon and 60 of her points have ended by the night; 40 will within the month."""
    alice = till.register("13800138000", "Alice")
    coupon_shop.claim(coupon_shop.live("ten"), alice)
    for number, days in ((60, 20), (40, 45)):
        points.grant(
            member_id=alice.pk, points=number, key=f"g-{number}", reason="opening", at=till.NOW,
            expires_at=till.NOW + timedelta(days=days),
        )  # fmt: skip
    return alice


def owed():
    rows = Dispatch.objects.filter(subscriber__startswith="campaigns.", event__recorded_at=NIGHT)
    return sorted(rows.values_list("event__type", "subscriber"))


def told():
    return set(Event.objects.filter(recorded_at=NIGHT).values_list("type", flat=True))


def test_a_night_owes_nothing_to_campaigns_that_do_not_listen(alice):
    nights.run(at=NIGHT)

    assert told() >= {"loyalty.points.expired", "loyalty.points.lapsing", "loyalty.coupon.expired"}
    assert owed() == []


@pytest.mark.parametrize(
    "event", ["loyalty.points.expired", "loyalty.points.lapsing", "loyalty.coupon.expired"]
)
def test_a_night_tells_campaigns_what_they_listen_to(alice, event):
    """Also of what happened days before the night found it."""
    made.running(entry_rule={"event": event}, at=till.NOW)

    nights.run(at=NIGHT)

    assert owed() == [(event, "campaigns.triggers")]
