"""A provider that takes its time: nothing is handed over behind the lease of its claim."""

from collections import Counter
from datetime import timedelta

import pytest

from campaigns.models import Delivery
from campaigns.services import deliveries, hand_overs
from tests.campaigns.shop import NOW, queued

pytestmark = pytest.mark.django_db
MINUTE = timedelta(minutes=1)


def states():
    return Counter(Delivery.objects.values_list("state", "reason"))


def test_no_more_is_claimed_at_once_than_is_handed_over_within_the_lease(campaign, alice, provider):
    for number in range(25):
        queued(campaign, alice, number=number)

    assert [deliveries.send_due(at=NOW) for _ in range(3)] == [20, 5, 0]
    assert len(provider.got) == 25


def test_messages_of_the_inbox_are_claimed_by_the_whole_batch(campaign, alice):
    for number in range(25):
        queued(campaign, alice, medium="INBOX", number=number)

    assert deliveries.send_due(at=NOW) == 25


def test_what_is_reached_too_late_is_not_begun_and_due_again(
    campaign, alice, provider, monkeypatch
):
    queued(campaign, alice)
    with monkeypatch.context() as patched:
        patched.setattr(hand_overs, "LONGEST", timedelta(0))
        deliveries.send_due(at=NOW)

    assert (provider.got, states()) == ([], {("QUEUED", "unreachable"): 1})
    deliveries.send_due(at=NOW + MINUTE)
    assert (len(provider.got), states()) == (1, {("SENT", ""): 1})
