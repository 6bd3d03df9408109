"""Why a member did, or didn't, get a message: told in sentences, with what could be changed."""

import pytest
from django.utils import translation

from campaigns.admin import story_words
from campaigns.models import ClerkTask, ContactPolicy, FrequencyCap, StepRecord
from campaigns.rules import arms
from campaigns.selectors import campaign_stories
from campaigns.services import standings
from tests import world
from tests.campaigns import effect_shop, made
from tests.campaigns.effect_shop import into, message, run
from tests.campaigns.shop import NOW, enroll

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def english():
    with translation.override("en"):
        yield


def texts(story, **options):
    return [one.text for one in story_words.sentences(story, **{"shows_arm": True} | options)]


def story_of(member, campaign):
    (found,) = campaign_stories.stories(member_id=member.pk, campaign_id=campaign.pk)
    return found


def test_a_story_tells_coming_in_the_steps_the_messages_and_the_end(alice):
    campaign = effect_shop.campaign()
    way = into(run(campaign), alice.pk)
    message(
        way,
        "BOUNCED",
        "bounced",
        tried=[{"medium": "INBOX", "reason": "consent"}],
    )
    StepRecord.objects.create(
        enrollment=way,
        step="g1",
        kind="GRANT",
        outcome="FAILED",
        detail="no_stock",
        recorded_at=NOW,
    )
    ClerkTask.objects.create(
        enrollment=way,
        step="t1",
        member=alice,
        name_en="Call them",
        due_on=NOW.date(),
        created_at=NOW,
    )

    told = story_words.sentences(story_of(alice, campaign), shows_arm=True)

    assert [one.text for one in told] == [
        "Came in with the audience of the run of 2026-03-02 14:00.",
        "Drawn for: Variant A.",
        "Send “hello” by e-mail, else to the inbox – E-mail: Came back",
        "Give the coupon “ten”: failed",
        "Task “Call them”: To do",
        "Went through to the end.",
    ]
    assert told[2].detail.startswith(
        "The address took nothing; before it: In-app inbox: No consent"
    )
    assert told[2].hint == "Ask the member for another address."


def test_who_is_held_out_is_told_so_and_the_variant_is_no_gossip(alice):
    campaign = effect_shop.campaign()
    into(run(campaign), alice.pk, arm="control")

    for shows_arm in (True, False):
        told = texts(story_of(alice, campaign), shows_arm=shows_arm)
        assert "Held out for comparison: goes the same way, and gets nothing." in told

    into(run(campaign, "2"), alice.pk, arm="b")
    story = campaign_stories.stories(member_id=alice.pk)[0]
    assert "Drawn for: Variant B." in texts(story)
    assert not [one for one in texts(story, shows_arm=False) if "Variant" in one]


def test_who_was_left_out_reads_the_reason_and_what_could_be_changed(alice):
    campaign = effect_shop.campaign()
    into(run(campaign), alice.pk, state="EXCLUDED", reason="consent")

    last = story_words.sentences(story_of(alice, campaign), shows_arm=True)[-1]

    assert last.text == "Left out: No consent"
    assert last.hint == "Only the member can allow it: at the counter or in their app."


def reasons(campaign, member, at=NOW):
    found = standings.standing(campaign=campaign, member=member, at=at).gate
    return [one.verdict.reason.value if one.verdict.reason else "" for one in found]


def test_the_gate_of_now_is_the_gate_of_everybody(alice):
    campaign = made.running(steps=[made.message("EMAIL", "SMS", "INBOX")])

    # Alice allowed e-mail and the inbox, and has no phone.
    assert reasons(campaign, alice) == ["", "consent", ""]

    policy = ContactPolicy.objects.create(pk=1, holdout_share=0)
    FrequencyCap.objects.create(most_count=1, window="DAY")
    message(into(run(effect_shop.campaign("x")), alice.pk), "SENT", claimed_at=NOW)
    assert reasons(campaign, alice) == ["frequency_cap", "consent", "frequency_cap"]

    policy.holdout_share = 2_000
    policy.holdout_salt = next(
        word for word in map(str, range(1_000)) if _is_held_out(word, alice.pk)
    )
    policy.save()
    assert reasons(campaign, alice) == ["holdout"] * 3


def _is_held_out(salt, member_id):
    return arms.bucket(salt, member_id) < 2_000


def test_who_is_not_in_reads_which_part_of_the_audience_is_not_met(alice, shop):
    campaign = made.running(
        condition={
            "all": [
                {"field": "member.language", "op": "eq", "value": "en"},
                {"field": "member.joined_days", "op": "gte", "value": 30},
            ]
        }
    )

    found = standings.standing(campaign=campaign, member=alice, at=NOW)

    assert not found.is_in_audience
    assert [leaf.is_met for leaf in found.condition.leaves] == [True, False]
    assert campaign_stories.stories(member_id=alice.pk, campaign_id=campaign.pk) == []


def test_a_pilot_is_for_its_stores(alice):
    campaign = made.running()
    campaign.stores.set([world.Store.objects.get(code="BJ01").pk])

    found = standings.standing(campaign=campaign, member=alice, at=NOW)

    assert (found.is_of_stores, found.is_in_audience, found.is_active) == (False, False, True)


def test_stories_of_many_ways_take_four_questions(alice, django_assert_num_queries):
    campaign = effect_shop.campaign()
    for number in range(5):
        message(into(run(campaign, str(number)), alice.pk), "SENT")

    with django_assert_num_queries(4):
        found = campaign_stories.stories(member_id=alice.pk)

    assert [len(one.messages) for one in found] == [1] * 5


def test_a_member_of_another_s_campaign_has_no_story_in_it(alice):
    campaign = effect_shop.campaign()
    into(run(campaign), enroll(email="bob@example.org").pk)

    assert campaign_stories.stories(member_id=alice.pk) == []
