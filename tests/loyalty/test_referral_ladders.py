"""The ladder, limits, boosts and promises of recommending, by numbers."""

import pytest

from loyalty.models import PrizeGrant, Referral, ReferralStep
from loyalty.services import referral_cards, referral_reviews
from members.models import MemberTag, Tag, User
from tests.loyalty import coupon_shop, till
from tests.loyalty import referral_shop as shop_of
from tests.loyalty.referral_shop import (
    DAY,
    FIRST_ORDER,
    FRIEND,
    LADDER,
    REFERRER,
    REGISTRATION,
    given,
    lifetime,
)
from tests.loyalty.till import NOW

BOTH = ((REGISTRATION, REFERRER, 10), (REGISTRATION, FRIEND, 20))
ORDERED = ((FIRST_ORDER, REFERRER, 100), (FIRST_ORDER, FRIEND, 50))


@pytest.fixture
def boss(db):
    return User.objects.create_user("boss")


def test_the_ladder_of_three_unwinds_with_one_return_and_a_fourth_friend_earns_it_again_once(
    alice,
):
    shop_of.live(
        (FIRST_ORDER, REFERRER, 7),
        (LADDER, REFERRER, 30, 1),
        (LADDER, REFERRER, 50, 3),
        ladder_basis="FIRST_ORDER",
    )
    orders = []
    for number in (1, 2, 3):
        shop_of.join(number, alice)
        orders.append(shop_of.buy(number))
    shop_of.night(NOW + 7 * DAY)
    assert sorted(given(alice)) == [7, 7, 7, 30, 50]
    assert lifetime(alice) == till.balances(alice)[1] == 101

    shop_of.give_back(orders[1], when=NOW + 8 * DAY)
    assert sorted(given(alice)) == [7, 7, 30]
    assert lifetime(alice) == till.balances(alice)[1] == 44

    shop_of.join(4, alice, when=NOW + 8 * DAY)
    shop_of.buy(4, when=NOW + 9 * DAY)
    shop_of.night(NOW + 20 * DAY)
    shop_of.join(5, alice, when=NOW + 20 * DAY)
    shop_of.buy(5, when=NOW + 20 * DAY, name="o-5")
    shop_of.night(NOW + 40 * DAY)

    assert sorted(given(alice)) == [7, 7, 7, 7, 30, 50]
    assert lifetime(alice) == till.balances(alice)[1] == 108
    told = ReferralStep.objects.order_by("pk").values_list("step", "round", "undone_at")
    assert [(step, number, at is None) for step, number, at in told] == [
        (1, 1, True),
        (3, 1, False),
        (3, 2, True),
    ]


def test_a_ladder_gives_a_coupon_points_and_a_tier_and_takes_all_three_back(alice, boss):
    kind = coupon_shop.live()
    from loyalty.models import Tier

    gold = Tier.objects.get(code="gold")
    program = shop_of.live(
        (LADDER, REFERRER, {"what": "COUPON", "coupon_type": kind, "count": 2}, 1),
        (LADDER, REFERRER, 50, 1),
        (LADDER, REFERRER, {"what": "TIER", "tier": gold, "days": 30}, 1),
        boosts=[],
    )
    friend = shop_of.join(1, alice)
    from loyalty.models import Account, Coupon

    held = Coupon.objects.filter(member_id=alice.pk)
    assert sorted(held.values_list("state", flat=True)) == ["CLAIMED", "CLAIMED"]
    assert Account.objects.get(member_id=alice.pk).tier_id == gold.pk
    assert program.state == "LIVE"

    referral_reviews.refuse(
        referral_id=shop_of.of(friend).pk, reason="one hand", actor=boss, at=NOW + DAY
    )

    assert sorted(held.values_list("state", flat=True)) == ["VOID", "VOID"]
    assert Account.objects.get(member_id=alice.pk).tier_id != gold.pk
    assert till.balances(alice) == (0, 0, 0)


def test_above_the_month_s_limit_a_friend_is_on_record_and_brings_the_referrer_nothing(alice):
    shop_of.live(*BOTH, (LADDER, REFERRER, 500, 3), limit_month=2)
    for number in (1, 2, 3):
        shop_of.join(number, alice)
    assert given(alice) == [10, 10]
    assert Referral.objects.filter(is_rewarded=False).count() == 1
    # The friend above the limit was promised theirs, and next month is another month.
    assert PrizeGrant.objects.filter(points=20, state="GIVEN").count() == 3
    shop_of.join(4, alice, when=till.at("2026-12-01T00:00"))
    assert sorted(given(alice)) == [10, 10, 10, 500]


def test_the_highest_boost_of_the_referrer_s_tags_counts_at_the_moment_of_giving(alice):
    tags = [Tag.objects.create(code=code, name_en=code) for code in ("vip", "star")]
    kind = coupon_shop.live()
    shop_of.live(
        (REGISTRATION, REFERRER, 25),
        (REGISTRATION, FRIEND, 25),
        (REGISTRATION, REFERRER, {"what": "COUPON", "coupon_type": kind, "count": 3}),
        boosts=[(tags[0], 200), (tags[1], 150)],
    )
    shop_of.join(1, alice)
    MemberTag.objects.create(tag=tags[1], member=alice, created_at=NOW)
    second = shop_of.join(2, alice)
    MemberTag.objects.create(tag=tags[0], member=alice, created_at=NOW)
    shop_of.join(3, alice)
    # 25 × 1.5 = 37.5, half up; three coupons × 1.5 = 4.5, half up.
    grants = PrizeGrant.objects.filter(member_id=alice.pk).order_by("pk")
    assert [one.points for one in grants if one.what == "POINTS"] == [25, 38, 50]
    assert [len(one.made["coupons"]) for one in grants if one.what == "COUPON"] == [3, 5, 6]
    assert given(second) == [25]


def test_what_was_promised_is_kept_after_the_programme_was_stopped(alice, boss):
    from loyalty.services import referral_programs

    program = shop_of.live(*ORDERED, (LADDER, REFERRER, 50, 1), ladder_basis="FIRST_ORDER")
    shop_of.join(1, alice)
    shop_of.buy(1)
    referral_programs.stop(program_id=program.pk, reason="over", actor=boss, at=NOW)
    late = shop_of.join(2, alice)
    shop_of.night(NOW + 8 * DAY)
    assert sorted(given(alice)) == [50, 100]
    assert late.referrer_id == alice.pk
    assert Referral.objects.count() == 1


def test_a_prize_that_cannot_be_given_is_owed_and_hinders_nothing(alice):
    kind = coupon_shop.live(stock_count=1)
    coupon_shop.claim(kind, till.register("13600136000"))
    shop_of.live(
        (REGISTRATION, REFERRER, {"what": "COUPON", "coupon_type": kind}),
        (REGISTRATION, REFERRER, 10),
    )
    friend = shop_of.join(1, alice)
    assert (given(alice), shop_of.of(friend).is_owed) == ([10], True)
    from loyalty.services import coupon_types

    limits = coupon_types.Limits(stock_count=5, budget_amount=None)
    boss = User.objects.create_user("boss")
    coupon_types.change_limits(type_id=kind.pk, limits=limits, reason="more", actor=boss, at=NOW)
    shop_of.night(NOW + DAY)
    assert (len(given(alice)), shop_of.of(friend).is_owed) == (2, False)


def test_the_month_of_a_friend_is_that_of_the_claim_where_the_phone_was_proven_before(alice):
    shop_of.live(*BOTH, limit_month=1, created_at=till.at("2026-10-01T00:00"))
    shop_of.join(1, alice, when=till.at("2026-11-01T09:00"))
    early = shop_of.newcomer(2, when=till.at("2026-10-31T23:00"))
    found = shop_of.claim(early, alice, when=till.at("2026-11-02T09:00"))
    assert (found.is_rewarded, given(alice), given(early)) == (False, [10], [20])


def test_a_member_s_page_settles_so_many_friends_and_leaves_the_rest_to_the_night(alice):
    shop_of.live((FIRST_ORDER, REFERRER, 7))
    for number in (1, 2, 3):
        shop_of.join(number, alice)
        shop_of.buy(number)
    matured = NOW + 7 * DAY
    shown = referral_cards.show(member_id=alice.pk, at=matured, most=2)
    assert (shown.card.points, shown.card.states["MATURED"]) == (14, 3)
    assert shop_of.night(matured) == 1
    assert given(alice) == [7, 7, 7]
