"""The forecast of a journey with several messages: who comes to each, whom it reaches and why not;
what nobody can know yet is told as what is possible at most."""

from datetime import time, timedelta

import pytest

from campaigns.models import Delivery, FrequencyCap
from campaigns.services import forecasts
from members.models import Member
from tests import world
from tests.campaigns import made
from tests.campaigns.happened import ORDER
from tests.campaigns.on_the_way import POINTS, wait
from tests.campaigns.shop import NOW, enroll, queued

pytestmark = pytest.mark.django_db
HOUR = NOW + timedelta(hours=1)
DAY = 24 * 60
FIRST, SECOND = made.message("INBOX", step="m1"), made.message("EMAIL", step="m2")
IN_ENGLISH = {"field": "member.language", "op": "eq", "value": "en"}


@pytest.fixture
def people(shop):
    """Five with an inbox, three of whom have e-mail too, and two who allow nothing."""
    media = [("INBOX", "EMAIL")] * 3 + [("INBOX",)] * 2 + [()] * 2
    return [
        enroll(email=f"m{number}@example.org", consents=world.yes(*some))
        for number, some in enumerate(media)
    ]


def told(*steps, **values):
    campaign = made.running(
        entry="AT",
        entry_rule={"at": HOUR.isoformat()},
        condition=made.EVERYBODY,
        steps=list(steps),
        **values,
    )
    return forecasts.forecast(campaign_id=campaign.pk, at=NOW)


def reach(found):
    """By step: who comes, who is reached (at least, at most), and why the others aren't."""
    return {
        one.step: (
            (one.least_count, one.members_count),
            (one.sure_count, one.sendable_count),
            one.excluded,
        )
        for one in found.steps
    }


def test_each_message_says_whom_it_reaches_and_why_not(people):
    found = told(FIRST, wait(60), SECOND)

    assert reach(found) == {
        "m1": ((7, 7), (5, 5), {"consent": 2}),
        "m2": ((7, 7), (3, 3), {"consent": 4}),
    }
    assert not found.has_ranges
    assert (found.members_count, found.sendable_count, found.excluded) == (7, 5, {"consent": 2})
    assert found.by_medium == {"INBOX": 5, "EMAIL": 3}


def test_a_message_on_another_variants_way_is_not_counted_for_everybody(people):
    split = {"id": "p1", "kind": "SPLIT", "a": [FIRST], "b": [SECOND]}
    arms = [{"code": "a", "share": 5_000}, {"code": "b", "share": 5_000}]

    found = told(split, arms=arms)

    first, second = found.steps
    assert first.members_count + second.members_count == 7
    assert found.sendable_count == first.sendable_count + second.sendable_count
    assert not found.has_ranges


def test_a_branch_on_what_is_known_now_is_exact(people):
    Member.objects.filter(pk__in=[people[0].pk, people[6].pk]).update(language="zh")
    branch = {"id": "b1", "kind": "BRANCH", "condition": IN_ENGLISH, "yes": [FIRST], "no": []}

    found = told(branch)

    assert reach(found) == {"m1": ((5, 5), (4, 4), {"consent": 1})}
    assert found.excluded == {"consent": 1, "no_message": 2}
    assert not found.has_ranges


def test_a_branch_behind_a_wait_or_a_gift_is_told_as_at_most(people):
    branch = {"id": "b1", "kind": "BRANCH", "condition": IN_ENGLISH, "yes": [FIRST], "no": []}
    for before in (wait(60), POINTS):
        campaign = before["id"]
        found = told(before, branch, code=campaign)

        assert reach(found) == {"m1": ((0, 7), (0, 5), {"consent": 2})}
        assert (found.sendable_count, found.sure_count, found.has_ranges) == (5, 0, True)


def test_both_ways_of_a_wait_for_an_event_are_possible_and_they_meet_again(people):
    waiting = {
        "id": "v1",
        "kind": "WAIT_EVENT",
        "event": ORDER,
        "minutes": DAY,
        "heard": [made.message("INBOX", step="h1")],
        "else": [made.message("INBOX", step="n1")],
    }

    found = told(waiting, made.message("EMAIL", step="z1"))

    assert reach(found) == {
        "h1": ((0, 7), (0, 5), {"consent": 2}),
        "n1": ((0, 7), (0, 5), {"consent": 2}),
        # All come there; when, nobody knows.
        "z1": ((7, 7), (0, 3), {"consent": 4}),
    }


def test_what_may_end_it_while_they_wait_makes_it_at_most(people):
    found = told(FIRST, wait(60), SECOND, exits=[{"event": ORDER, "same": ""}])

    assert reach(found) == {
        "m1": ((7, 7), (5, 5), {"consent": 2}),
        "m2": ((0, 7), (0, 3), {"consent": 4}),
    }
    assert (found.sendable_count, found.sure_count) == (5, 5)
    assert found.has_ranges


def test_a_first_message_is_a_contact_for_the_second_one(people):
    FrequencyCap.objects.create(most_count=1, window="ROLLING", hours=24)
    again = made.message("INBOX", step="m3")

    found = told(FIRST, wait(60), SECOND, wait(DAY, step="w2"), again)

    assert reach(found) == {
        "m1": ((7, 7), (5, 5), {"consent": 2}),
        "m2": ((7, 7), (0, 0), {"consent": 4, "frequency_cap": 3}),
        "m3": ((7, 7), (5, 5), {"consent": 2}),
    }


def test_a_message_that_waits_for_the_morning_leaves_open_which_of_two_finds_room(people):
    """15:00 in the shop, quiet to 18:00: both would go then, and one may."""
    FrequencyCap.objects.create(most_count=1, window="DAY")

    found = told(FIRST, wait(60), SECOND, quiet_from=time(14), quiet_until=time(18))

    assert reach(found)["m2"] == ((7, 7), (0, 3), {"consent": 4})
    assert found.has_ranges


def test_what_another_campaign_has_queued_for_before_is_a_contact_too(people):
    FrequencyCap.objects.create(most_count=1, window="DAY")
    other = made.running("other")
    for number, at in enumerate((NOW, HOUR, HOUR + timedelta(minutes=1))):
        queued(other, people[number], medium="INBOX", number=number, not_before_at=at)

    assert reach(told(FIRST)) == {"m1": ((7, 7), (3, 3), {"consent": 2, "frequency_cap": 2})}
    assert Delivery.objects.filter(state="QUEUED").count() == 3


def test_a_journey_of_ten_messages_asks_as_many_queries_for_twenty_as_for_seven(
    people, django_assert_max_num_queries
):
    steps = [made.message("INBOX", step=f"m{number}") for number in range(10)]
    with django_assert_max_num_queries(400) as few:
        told(*steps)
    for number in range(13):
        enroll(email=f"n{number}@example.org")
    with django_assert_max_num_queries(len(few)):
        told(*steps, code="more")
