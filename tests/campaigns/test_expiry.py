"""What can't be sent in time ends now: nobody waits for its wait, and the run counts it."""

from collections import Counter
from datetime import time, timedelta

import pytest

from campaigns.models import Campaign, Delivery, Enrollment, Run
from campaigns.services import deliveries, delivery_expiry, journeys, runs
from campaigns.transports.contract import NotSent
from tests.campaigns import made
from tests.campaigns.shop import NOW, queued

pytestmark = pytest.mark.django_db
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
# 22:00 in the shop, whose night ends at 09:00.
NIGHT = NOW + 8 * HOUR
QUIET = {"quiet_from": time(21), "quiet_until": time(9)}


def states():
    return Counter(Delivery.objects.values_list("state", "reason"))


def letters(*steps, **values):
    made.running(
        entry="AT",
        entry_rule={"at": NIGHT.isoformat()},
        condition=made.EVERYBODY,
        at=NOW,
        steps=list(steps),
        **QUIET,
        **values,
    )
    made.run_through(at=NIGHT)
    return Run.objects.get()


def test_nobody_waits_for_a_message_whose_wait_ends_behind_its_expiry(alice):
    """A message, then a task for later: the run ends with its last step, not in the morning."""
    wait = {"id": "w1", "kind": "WAIT", "minutes": 30}
    run = letters(made.message("INBOX"), wait, expires_hours=6)

    assert states() == {("EXPIRED", "expired"): 1}
    journeys.advance_due(at=NIGHT + HOUR)
    runs.settle(at=NIGHT + HOUR)

    run.refresh_from_db()
    assert (run.state, run.finished_at) == ("FINISHED", NIGHT + HOUR)
    assert Enrollment.objects.get().state == "DONE"


def test_of_a_run_that_is_one_message_who_would_get_it_too_late_is_left_out_at_once(alice):
    run = letters(made.message("INBOX"), expires_hours=6)
    runs.settle(at=NIGHT)

    run.refresh_from_db()
    assert run.state == "FINISHED"
    assert Enrollment.objects.values_list("state", "reason").get() == ("EXCLUDED", "expired")


def test_a_wait_that_ends_in_time_is_one(alice):
    letters(made.message("INBOX"), expires_hours=12)

    assert states() == {("QUEUED", "quiet_hours"): 1}


def test_no_provider_is_waited_for_beyond_the_expiry(campaign, alice, provider):
    provider.error = NotSent("away")
    queued(campaign, alice, expires_at=NOW + MINUTE)
    queued(campaign, alice, number=2, expires_at=NOW + MINUTE + timedelta(seconds=1))

    deliveries.send_due(at=NOW)

    assert states() == {("EXPIRED", "expired"): 1, ("QUEUED", "unreachable"): 1}


def test_where_there_is_no_time_for_another_try_the_next_channel_has_its_turn(alice, provider):
    provider.error = NotSent("away")
    made.running(
        entry="AT",
        entry_rule={"at": NOW.isoformat()},
        condition=made.EVERYBODY,
        at=NOW,
        steps=[made.message("EMAIL", "INBOX")],
        expires_hours=1,
    )
    made.run_through(at=NOW)

    while deliveries.send_due(at=NOW + HOUR - MINUTE):
        pass

    assert Delivery.objects.values_list("medium", "state", "tried").get() == (
        "INBOX",
        "SENT",
        [{"medium": "EMAIL", "reason": "unreachable"}],
    )


def test_what_a_paused_campaign_has_queued_ends_when_it_is_too_late(campaign, alice):
    queued(campaign, alice, "INBOX", expires_at=NOW + HOUR)
    Campaign.objects.update(state="PAUSED")

    assert delivery_expiry.expire_waiting(at=NOW + HOUR - timedelta(microseconds=1)) == 0
    assert delivery_expiry.expire_waiting(at=NOW + HOUR) == 1
    assert delivery_expiry.expire_waiting(at=NOW + HOUR) == 0

    assert states() == {("EXPIRED", "expired"): 1}


@pytest.mark.parametrize("state", ["RUNNING", "FINISHED", "KILLED"])
def test_what_senders_judge_and_what_was_stopped_says_its_own_reason(campaign, alice, state):
    queued(campaign, alice, "INBOX", expires_at=NOW)
    Campaign.objects.update(state=state)

    assert delivery_expiry.expire_waiting(at=NOW) == 0
