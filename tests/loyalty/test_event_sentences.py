"""Every event of this app has words for the timeline."""

import pytest
from django.utils import translation

from loyalty.admin import sentences
from loyalty.admin.sentences import Names
from members.registry.facts import FACTS

NAMES = Names(
    orders={},
    tiers={},
    currency="CNY",
    coupon_types={},
    stores={"SH01": "Jing'an"},
    benefits={"care": "Care", "tea": "Tea"},
)


def told(type_, **payload):
    with translation.override("en"):
        found = sentences._TELL[f"loyalty.{type_}"](payload, NAMES)
    return [found.text, *found.details]


def test_no_event_is_shown_by_its_type():
    ours = {name for name in FACTS if name.startswith("loyalty.")}

    assert ours - set(sentences._TELL) - set(sentences.FOLDED) == set()


@pytest.mark.parametrize(
    ("type_", "payload", "words"),
    [
        (
            "benefit.used",
            {"benefit": "care", "left": 1},
            ["Used the benefit “Care”", "1 left of it."],
        ),
        ("benefit.used", {"benefit": "gone", "left": None}, ["Used the benefit “gone”"]),
        (
            "benefit.voided",
            {"benefit": "care", "is_given_back": False},
            ["The use of the benefit “Care” was taken back", "Void, nothing came back"],
        ),
        (
            "benefit.rated",
            {"benefit": "care", "rating": 9},
            ["Rated the benefit “Care”", "9 of 10"],
        ),
        (
            "benefit.ending",
            {"benefits": ["care", "tea"], "last_on": "2026-12-31"},
            ["Reminded: Care and Tea will end", "through 31 Dec 2026"],
        ),
        (
            "benefit.left",
            {"left": {"care": 2, "tea": 1}},
            ["Reminded of what is left this month: Care (2) and Tea (1)"],
        ),
        (
            "points.lapsing",
            {"points": 1_200, "last_on": "2026-12-31"},
            ["Reminded: 1,200 points will expire", "the first of them through 31 Dec 2026"],
        ),
        (
            "redemption.fulfilled",
            {"reward": "mug", "store": "SH01"},
            ["“mug” was handed over in Jing'an"],
        ),
        (
            "prize.given",
            {"origin": "REFERRAL", "what": "POINTS", "points": 20},
            ["Got for recommending: 20 points"],
        ),
        (
            "prize.given",
            {"origin": "CAMPAIGN", "what": "COUPON", "points": 0},
            ["Got from a campaign: Coupon"],
        ),
        (
            "prize.undone",
            {"origin": "CHALLENGE", "what": "BADGE", "reason": "challenge_undone"},
            ["Taken back of what a challenge brought: Badge", "The challenge is no longer reached"],
        ),
    ],
)
def test_benefits_prizes_and_reminders_are_told(type_, payload, words):
    assert told(type_, **payload) == words


def test_a_friend_does_not_read_that_somebody_looks_at_them():
    assert told("referral.claimed", is_to_review=True) == told(
        "referral.claimed", is_to_review=False
    )
