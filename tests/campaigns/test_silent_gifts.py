"""A skipped message lets the journey go on, and so gifts are given that nobody is told of: the
journey's page says how many, the member's story says it plainly, the forecast beforehand."""

import pytest
from django.utils import translation

from campaigns.admin import journey_flows, story_words
from campaigns.selectors import campaign_stories, journey_counts
from campaigns.services import deliveries
from tests.campaigns import made
from tests.campaigns.on_the_way import POINTS, advance, enter, journey
from tests.campaigns.shop import NOW, YES, enroll

pytestmark = pytest.mark.django_db
SAID = "Something was given, and no message reached them: they don't know of it."


@pytest.fixture
def told_and_silent(shop):
    """Both get the points; only the first may be written to."""
    campaign = journey(POINTS, made.message("INBOX"))
    people = [enroll(), enroll(email="bob@example.org", consents=())]
    enter(campaign, *people)
    advance()
    deliveries.send_due(at=NOW)
    return campaign, people


def story(member):
    found = campaign_stories.stories(member_id=member.pk)[0]
    with translation.override("en"):
        return [one.text for one in story_words.sentences(found, shows_arm=False)]


def test_the_journeys_page_counts_who_was_given_something_and_never_told(told_and_silent):
    campaign, _people = told_and_silent

    counts = journey_counts.counts(campaign.version, at=NOW)

    assert counts.silent_count == 1
    with translation.override("en"):
        assert journey_flows.silent(counts) == (
            "1 member was given something and no message reached them: "
            "a message that may not be sent lets the journey go on."
        )


def test_a_members_story_says_that_nobody_told_them(told_and_silent):
    _campaign, (told, silent) = told_and_silent

    assert SAID in story(silent)
    assert SAID not in story(told)


def test_a_journey_of_gifts_alone_promises_no_message(shop):
    campaign = journey(POINTS)
    member = enroll(consents=())
    enter(campaign, member)
    advance()

    assert journey_counts.counts(campaign.version, at=NOW).silent_count == 0
    assert SAID not in story(member)


def test_a_message_that_still_waits_may_reach_them(shop):
    campaign = journey(POINTS, made.message("INBOX"))
    member = enroll(consents=YES)
    enter(campaign, member)
    advance()

    assert journey_counts.counts(campaign.version, at=NOW).silent_count == 0
    assert SAID not in story(member)
