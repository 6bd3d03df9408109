"""What challenges count beside orders, and what merges, erasures and restrictions make of them."""

from datetime import date, timedelta

import pytest

from loyalty.models import (
    Badge,
    Challenge,
    ChallengeProgress,
    Coupon,
    CouponType,
    MemberBadge,
    Prize,
    PrizeGrant,
    Program,
    Tier,
)
from loyalty.selectors import challenges as selector
from loyalty.services import (
    badges,
    behavior_plans,
    behaviors,
    challenge_trials,
    challenges,
    coupon_types,
)
from loyalty.services.behaviors import US, Behavior
from loyalty.services.challenges import ChallengeNotForMember, ChallengeNotLive
from members.errors import MemberRestricted, NotFound
from members.models import Dispatch, Event, MemberMerge, User
from members.services import merge_undos, merges, restrictions
from tests.loyalty import coupon_shop, tier_shop, till
from tests.loyalty.challenge_shop import buy, challenge, coupon_type, reached, value, work
from tests.loyalty.till import NOW, give_back
from tests.privacy import cases

pytestmark = pytest.mark.django_db


def check_in(member, days_ago):
    then = NOW - timedelta(days=days_ago)
    tap = Behavior(member_id=member.pk, code="check-in", occurred_at=then)
    behaviors.record(behavior=tap, teller=US, at=NOW)


@pytest.fixture
def streak(alice):
    behavior_plans.set_up(program=Program.objects.get(), at=NOW - timedelta(days=400))
    return challenge("streak", counts="BEHAVIORS", behavior="check-in", is_streak=True, target=3)


def test_three_days_in_a_row_and_a_broken_run_begins_anew(alice, streak):
    for days_ago in (9, 8, 6, 5):
        check_in(alice, days_ago)
    work()
    assert reached(alice, "streak") == []
    # Late: the gap is closed, four days in a row and one more.
    check_in(alice, 7)
    work()
    assert value(alice, "streak") == 5
    assert reached(alice, "streak") == [(1, 1, True)]


def test_the_first_time_a_tier_is_reached_brings_its_gift_and_a_return_takes_it_back(alice):
    tier_shop.set_up(downgrade_on_return=True)
    gold = Tier.objects.get(code="gold")
    challenge("top", counts="TIER", target=1, is_repeating=False, tier=gold)
    buy("O1", 4_000)
    work()
    assert reached(alice, "top") == []
    order = buy("O2", 6_000)
    work()
    assert reached(alice, "top") == [(1, 1, True)]
    give_back(order, "R1")
    work()
    assert tier_shop.code_of(alice) == "silver"
    assert reached(alice, "top") == [(1, 1, False)]
    buy("O3", 7_000)
    work()
    assert reached(alice, "top") == [(1, 1, False), (1, 2, True)]


def test_a_joined_challenge_counts_from_the_joining_on(alice):
    made = challenge(needs_joining=True, target=1)
    buy("O1")
    work()
    assert value(alice) == 0
    later = NOW + timedelta(minutes=1)
    since = challenges.join(challenge_uid=made.uid, member_id=alice.pk, at=later)
    assert since == challenges.join(challenge_uid=made.uid, member_id=alice.pk, at=NOW)
    assert Event.objects.filter(type="loyalty.challenge.joined").count() == 1
    buy("O2", when=later)
    work(later)
    assert value(alice) == 1


def test_a_surprise_is_not_joined_nor_one_that_is_over_or_for_others(alice):
    gold = Tier.objects.get(code="gold")
    hidden = challenge("hidden", is_hidden=True)
    over = challenge("over", needs_joining=True, valid_until=NOW)
    others = challenge("others", needs_joining=True, for_tier=gold)
    for made, refusal in (
        (hidden, NotFound), (over, ChallengeNotLive), (others, ChallengeNotForMember),
    ):  # fmt: skip
        with pytest.raises(refusal):
            challenges.join(challenge_uid=made.uid, member_id=alice.pk, at=NOW)
    assert not ChallengeProgress.objects.exists()


def test_steps_of_two_cards_add_up_and_part_again(alice, bob):
    badge = Badge.objects.create(code="third", name_en="Third")
    challenge(prize={"what": Prize.What.BADGE, "badge": badge})
    buy("A1"), buy("A2"), buy("B1", phone="13900139000")
    work()
    merges.merge(survivor_id=alice.pk, retired_id=bob.pk, at=NOW)
    work()
    assert value(alice) == 3
    assert reached(alice) == [(1, 1, True)]
    merge_undos.undo(merge_id=MemberMerge.objects.get().pk, at=NOW)
    work()
    assert (value(alice), value(bob)) == (2, 1)
    assert reached(alice) == [(1, 1, False)]
    assert not MemberBadge.objects.filter(lost_at=None).exists()


def test_what_both_cards_reached_is_due_once_where_it_comes_once(alice, bob):
    challenge(target=1, is_repeating=False)
    buy("A1"), buy("B1", phone="13900139000")
    work()
    merges.merge(survivor_id=alice.pk, retired_id=bob.pk, at=NOW)
    work()
    assert reached(alice) == [(1, 1, True), (2, 1, False)]


def test_an_order_heard_of_after_its_member_was_erased_counts_nowhere(alice):
    challenge(target=1)
    buy("O1")
    cases.erase(alice, cases.people(), at=NOW)
    work()
    assert reached(alice) == []


def test_whoever_is_restricted_reaches_nothing_new_and_keeps_what_they_had(alice):
    challenge(target=1)
    buy("O1")
    work()
    restrictions.restrict(member_id=alice.pk, at=NOW)
    buy("O2")
    work()
    assert reached(alice) == [(1, 1, True)]


def test_a_badge_given_for_two_reasons_is_worn_until_both_are_gone(alice):
    badge = Badge.objects.create(code="loyal", name_en="Loyal")
    for key in ("one", "two", "two"):
        badges.give(badge_id=badge.pk, member_id=alice.pk, key=key, at=NOW)
    badges.take_back(key="one", at=NOW)
    badges.take_back(key="one", at=NOW)
    assert MemberBadge.objects.filter(lost_at=None).count() == 1
    badges.take_back(key="two", at=NOW)
    assert not MemberBadge.objects.filter(lost_at=None).exists()
    told = Event.objects.filter(type__startswith="loyalty.badge.").order_by("pk")
    assert [one.type for one in told] == ["loyalty.badge.earned", "loyalty.badge.lost"]


def test_a_prize_that_cant_be_given_holds_up_that_prize_alone(alice):
    kind = coupon_type("LIVE")
    challenge(target=1, prize={"what": Prize.What.COUPON, "coupon_type": kind})
    CouponType.objects.update(state="STOPPED")
    buy("O1")
    work()
    assert reached(alice) == [(1, 1, True)]
    assert not PrizeGrant.objects.exists()
    (waiting,) = Dispatch.objects.all()
    assert (waiting.subscriber, waiting.attempts) == ("loyalty.challenge_prizes", 1)


def test_a_draft_is_tried_on_a_member_and_nothing_is_recorded(alice):
    for number in range(7):
        buy(f"O{number}", when=NOW - timedelta(days=number))
    draft = Challenge.objects.create(
        code="try", name_en="Try", counts="ORDERS", target=3, window="MONTH",
        is_repeating=True, created_at=NOW,
    )  # fmt: skip
    trial = challenge_trials.try_on(challenge_id=draft.pk, member_id=alice.pk, at=NOW)
    assert (trial.from_on, trial.value, trial.due) == (date(2026, 11, 1), 7, 2)
    Challenge.objects.update(counts="REPEAT_ORDERS", window="EVER")
    trial = challenge_trials.try_on(challenge_id=draft.pk, member_id=alice.pk, at=NOW)
    assert (trial.from_on, trial.value, trial.due) == (date(2025, 11, 21), 6, 2)
    assert not ChallengeProgress.objects.exists()


def test_a_tier_counts_as_reached_while_returns_leave_it_and_no_longer_when_they_don_t(alice):
    tier_shop.set_up(downgrade_on_return=True)
    gold = Tier.objects.get(code="gold")
    challenge("top", counts="TIER", target=1, is_repeating=False, tier=gold)
    first, second = buy("O1", 12_000), buy("O2", 20_000)
    give_back(second, "R1")
    work()
    assert (tier_shop.code_of(alice), reached(alice, "top")) == ("gold", [(1, 1, True)])
    give_back(first, "R2")
    work()
    assert (tier_shop.code_of(alice), reached(alice, "top")) == ("member", [(1, 1, False)])
    # Above it in one go, and back to it.
    third = buy("O3", 32_000)
    give_back(third, "R3", 2_000_000)
    work()
    assert tier_shop.code_of(alice) == "gold"
    assert reached(alice, "top") == [(1, 1, False), (1, 2, True)]


def test_of_several_prizes_those_that_can_be_given_are_and_the_owed_one_follows(alice):
    kind = coupon_shop.live(stock_count=1)
    coupon_shop.claim(kind, till.register("13600136000"))
    points = {"what": Prize.What.POINTS, "points": 200}
    challenge(target=1, prize={"what": Prize.What.COUPON, "coupon_type": kind}, more=[points])
    buy("O1")
    work()
    assert till.balances(alice)[1] == 10 + 200
    (waiting,) = Dispatch.objects.select_related("event")
    assert (waiting.event.type, waiting.attempts) == ("loyalty.challenge.prize_owed", 1)
    boss = User.objects.create_user("boss")
    limits = coupon_types.Limits(stock_count=5, budget_amount=None)
    coupon_types.change_limits(type_id=kind.pk, limits=limits, reason="more", actor=boss, at=NOW)
    work(NOW + timedelta(minutes=1))
    assert Coupon.objects.filter(member=alice).count() == 1
    assert not Dispatch.objects.exists()
    assert till.balances(alice)[1] == 10 + 200


def test_what_is_over_doesn_t_run_and_what_has_not_begun_can_t_be_joined(alice):
    later = NOW + timedelta(hours=1)
    challenge("over", target=1, valid_until=later)
    buy("O1")
    work()
    (course,) = selector.of_member(member_id=alice.pk, at=NOW)
    assert course.is_running
    (course,) = selector.of_member(member_id=alice.pk, at=later)
    assert (course.is_running, course.times_ever) == (False, 1)
    ahead = challenge("ahead", needs_joining=True, since=later)
    with pytest.raises(ChallengeNotLive):
        challenges.join(challenge_uid=ahead.uid, member_id=alice.pk, at=NOW)
    restrictions.restrict(member_id=alice.pk, at=NOW)
    with pytest.raises(MemberRestricted):
        challenges.join(challenge_uid=ahead.uid, member_id=alice.pk, at=later)
    assert not ChallengeProgress.objects.filter(joined_at__isnull=False).exists()
