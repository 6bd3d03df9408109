"""Friends as challenges count them: as the ladder does, since they were recommended, and no more
once they are refused."""

from datetime import date

import pytest

from loyalty.models import ChallengeStep
from loyalty.services import referral_reviews
from members.models import MemberMerge, User
from members.services import merge_undos, merges
from tests.loyalty import referral_shop as friends
from tests.loyalty import till
from tests.loyalty.challenge_shop import challenge, reached, value
from tests.loyalty.referral_shop import (
    DAY,
    FIRST_ORDER,
    FRIEND,
    REFERRER,
    REGISTRATION,
    given,
)
from tests.loyalty.till import NOW

pytestmark = pytest.mark.django_db


def two_friends(**fields):
    """200 points for two friends, once."""
    values = {"counts": "FRIENDS", "target": 2, "is_repeating": False, **fields}
    return challenge("friends", **values)


def test_two_friends_reach_it_and_one_who_is_refused_takes_the_prize_back(alice, boss):
    friends.live((REGISTRATION, REFERRER, 10))
    two_friends()
    first = friends.join(1, alice)
    assert (value(alice, "friends"), reached(alice, "friends")) == (1, [])
    friends.join(2, alice)
    assert reached(alice, "friends") == [(1, 1, True)]
    assert given(alice) == [10, 10, 200]

    found = friends.of(first)
    referral_reviews.refuse(referral_id=found.pk, reason="one hand", actor=boss, at=NOW + DAY)
    friends.work(NOW + DAY)
    assert (value(alice, "friends"), given(alice)) == (1, [10])
    friends.join(3, alice, when=NOW + 2 * DAY)

    assert reached(alice, "friends") == [(1, 1, False), (1, 2, True)]
    assert given(alice) == [10, 10, 200]
    assert till.balances(alice)[1] == 220


def test_a_friend_in_review_counts_once_somebody_accepted(alice, boss):
    friends.live((REGISTRATION, REFERRER, 10))
    two_friends(target=1)
    bob = friends.join(1, alice, device="d-1")
    second = friends.join(2, bob, device="d-1")
    assert (friends.of(second).state, reached(bob, "friends")) == ("REVIEW", [])
    referral_reviews.accept(referral_id=friends.of(second).pk, actor=boss, at=NOW + DAY)
    friends.work(NOW + DAY)
    assert reached(bob, "friends") == [(1, 1, True)]


def test_friends_whose_first_order_matured_count_until_it_comes_back(alice):
    friends.live((FIRST_ORDER, REFERRER, 5), ladder_basis="FIRST_ORDER")
    two_friends()
    for number in (1, 2):
        friends.join(number, alice)
    orders = [friends.buy(number) for number in (1, 2)]
    assert value(alice, "friends") == 0
    friends.night(NOW + 7 * DAY)
    friends.work(NOW + 7 * DAY)
    assert reached(alice, "friends") == [(1, 1, True)]

    friends.give_back(orders[0], when=NOW + 8 * DAY)

    assert (value(alice, "friends"), reached(alice, "friends")) == (1, [(1, 1, False)])
    assert given(alice) == [5]


def test_a_friend_counts_from_the_claim_on_however_long_the_phone_is_proven(alice):
    friends.live((REGISTRATION, REFERRER, 10))
    two_friends(target=1, window="MONTH")
    joined, claimed = till.at("2026-10-30T12:00"), till.at("2026-11-02T12:00")
    friend = friends.newcomer(1, when=joined)
    friends.claim(friend, alice, when=claimed)
    (step,) = ChallengeStep.objects.all()
    assert (step.window_on, step.business_date) == (date(2026, 11, 1), date(2026, 11, 2))


def test_of_two_claims_of_one_person_one_counts_and_both_again_when_they_part(alice, bob):
    friends.live((REGISTRATION, REFERRER, 10))
    two_friends(target=1)
    first, second = friends.join(1, alice), friends.join(2, bob, when=NOW + DAY)
    assert [value(one, "friends") for one in (alice, bob)] == [1, 1]
    merges.merge(survivor_id=second.pk, retired_id=first.pk, at=NOW + 2 * DAY)
    friends.work(NOW + 2 * DAY)
    assert [value(one, "friends") for one in (alice, bob)] == [1, 0]
    assert (given(alice), given(bob)) == ([10, 200], [])
    merge_undos.undo(merge_id=MemberMerge.objects.get().pk, at=NOW + 3 * DAY)
    friends.work(NOW + 3 * DAY)
    assert [value(one, "friends") for one in (alice, bob)] == [1, 1]
    assert sorted(given(bob)) == [10, 200]


def test_a_friend_who_counted_since_the_merge_parts_with_the_card_that_recommended(alice, bob):
    friends.live((FIRST_ORDER, FRIEND, 5), ladder_basis="FIRST_ORDER")
    two_friends()
    friends.join(1, bob)
    merges.merge(survivor_id=alice.pk, retired_id=bob.pk, at=NOW)
    friends.buy(1)
    friends.night(NOW + 7 * DAY)
    friends.work(NOW + 7 * DAY)
    assert [value(one, "friends") for one in (alice, bob)] == [1, 0]
    merge_undos.undo(merge_id=MemberMerge.objects.get().pk, at=NOW + 8 * DAY)
    friends.work(NOW + 8 * DAY)
    assert [value(one, "friends") for one in (alice, bob)] == [0, 1]


@pytest.fixture
def boss(shop):
    return User.objects.create_user("boss")
