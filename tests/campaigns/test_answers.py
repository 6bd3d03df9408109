"""What members do with a message is heard by the journey that sent it."""

from datetime import timedelta

import pytest

from campaigns.models import Delivery
from campaigns.services import deliveries, enrollments, inbox, journeys
from campaigns.services.enrollments import Entering
from members.services import dispatches
from tests.campaigns import made
from tests.campaigns.shop import NOW

pytestmark = pytest.mark.django_db
STEPS = [
    made.message("INBOX"),
    {
        "id": "w1",
        "kind": "WAIT_EVENT",
        "event": "campaigns.message.opened",
        "minutes": 1_440,
        "heard": [made.message("INBOX", step="m2")],
        "else": [],
    },
]


def go_on(at):
    """What beat and the worker do."""
    while dispatches.drain(at=at):
        pass
    while journeys.advance_due(at=at):
        pass
    while deliveries.send_due(at=at):
        pass


@pytest.mark.parametrize(("opens", "count"), [(True, 2), (False, 1)])
def test_a_journey_goes_on_when_its_message_is_opened(alice, opens, count):
    campaign = made.running("asks", steps=STEPS)
    entering = [Entering(member_id=alice.pk, entry_key=f"{alice.pk}")]
    enrollments.enter(campaign=campaign, entering=entering, at=NOW)
    go_on(NOW)
    (first,) = Delivery.objects.all()
    later = NOW + timedelta(hours=1)

    if opens:
        inbox.read(member_id=alice.pk, uid=first.uid, at=later)
    go_on(later)

    assert Delivery.objects.filter(state__in=["SENT", "DELIVERED"]).count() == count
