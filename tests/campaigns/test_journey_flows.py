"""The page of a running journey: where members stand at each step, and what became of those who
went through it; of messages whom they reached, and why not."""

import pytest
from django.utils import translation

from campaigns.admin import journey_flows
from campaigns.models import ClerkTask, Delivery
from campaigns.selectors import journey_counts
from campaigns.services import deliveries, enrollments
from tests.campaigns import made
from tests.campaigns.on_the_way import POINTS, advance, enter, journey, wait
from tests.campaigns.shop import NOW, YES, enroll

pytestmark = pytest.mark.django_db
CALL = {"id": "t1", "kind": "TASK", "title_en": "Call", "title_zh": "回访", "days": 3}


def shown(campaign):
    counts = journey_counts.counts(campaign.version, at=NOW)
    with translation.override("en"):
        lines = journey_flows.of_version(campaign.version, counts)
        told = [(one.here, one.passed, one.reasons) for one in lines]
        return told, journey_flows.totals(counts), counts


def test_a_task_was_asked_for_a_gift_is_done_and_a_message_waits_and_is_sent(shop):
    campaign = journey(POINTS, CALL, made.message("INBOX"))
    enter(campaign, enroll())
    advance()

    assert ClerkTask.objects.get().state == "OPEN"
    told, _totals, _counts = shown(campaign)
    assert [passed for _here, passed, _why in told] == [
        ("1 done",),
        ("1 asked",),
        ("1 wait to be sent",),
    ]
    deliveries.send_due(at=NOW)
    assert shown(campaign)[0][2] == ("", ("1 sent",), "")


def test_a_message_says_who_was_not_written_to_and_why_and_all_add_up(shop):
    campaign = journey(made.message("INBOX"), wait(60), made.message("EMAIL", step="m2"))
    people = [enroll(email=f"m{n}@example.org", consents=YES if n else ()) for n in range(4)]
    enter(campaign, *people)
    advance()
    deliveries.send_due(at=NOW)
    left = campaign.runs.get().enrollments.get(member=people[3])
    enrollments.leave(enrollment_ids=[left.pk], reason="exited", at=NOW)

    told, totals, counts = shown(campaign)

    assert told == [
        ("", ("3 sent", "1 not sent"), "No consent 1"),
        ("3 members are here", (), ""),
        ("", (), ""),
    ]
    assert totals == ["4 members came in", "3 on the way", "1 left before the end"]
    assert sum(counts.members.values()) == counts.members_count == 4
    assert sum(counts.messages["m1"].values()) == 4


@pytest.mark.parametrize("state", Delivery.State.values)
def test_a_message_of_every_state_is_told_once(state):
    with translation.override("en"):
        told = journey_flows._sent({(state, ""): 7})

    assert [one.startswith("7 ") for one in told] == [True]


def test_gifts_to_many_are_one_row_of_the_figures(shop):
    """What each got is another code, which nobody wants to read a million of."""
    campaign = journey(POINTS)
    enter(campaign, *[enroll(email=f"m{number}@example.org") for number in range(5)])
    advance()

    with journey_counts.asking.together():
        found = journey_counts.counts(campaign.version, at=NOW)
        params = {"version": campaign.version_id, "campaign": campaign.pk}
        assert len(journey_counts.asking.rows(journey_counts._STEPS, params)) == 1
    assert found.passed["g1"].by_outcome == {"DONE": 5}
