"""Whose an order, a coupon and a point are, where that isn't plain: merges, friends, channels."""

from datetime import timedelta

import pytest

from campaigns.models import ContactPolicy
from campaigns.selectors.effect_scopes import Asked
from campaigns.selectors.effects import Sales, effect
from loyalty.models import Coupon, CouponType
from loyalty.services import coupons, prizes
from members.models import MemberMerge
from members.services import merge_undos, merges
from tests.campaigns import effect_shop
from tests.campaigns.effect_shop import DAY, gift, into, message, order, run
from tests.campaigns.shop import NOW, enroll

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)
NOBODY = Sales()


@pytest.fixture
def people(shop):
    return [enroll(email=f"m{number}@example.org").pk for number in range(4)]


def asked(campaign, **narrowed):
    return effect(campaign=campaign, asked=Asked(**narrowed), at=NOW + 20 * DAY)


def test_points_that_are_left_are_still_promised_and_cost_nothing_yet(people):
    campaign = effect_shop.campaign(gives=False)
    prize = effect_shop.giving_points(campaign, 500)
    way = into(run(campaign), people[0])
    prizes.give(
        prize=prize, key=f"campaign:{way.pk}:p1", origin="CAMPAIGN", member_id=people[0], at=NOW
    )

    cost = asked(campaign).cost

    assert (cost.given_points, cost.left_points) == (500, 500)
    assert cost.points_liability_amount == cost.points_amount > 0
    assert (cost.liability_amount, cost.spent_amount) == (cost.points_amount, 0)


def test_points_that_are_left_stay_so_with_whom_the_card_was_merged_into(people):
    campaign = effect_shop.campaign(gives=False)
    prize = effect_shop.giving_points(campaign, 500)
    way = into(run(campaign), people[0])
    prizes.give(
        prize=prize, key=f"campaign:{way.pk}:p1", origin="CAMPAIGN", member_id=people[0], at=NOW
    )

    merges.merge(survivor_id=people[1], retired_id=people[0], at=NOW + DAY)

    assert asked(campaign).cost.left_points == 500


def test_a_coupon_that_was_passed_on_costs_what_the_friend_s_takes_off(people):
    campaign = effect_shop.campaign()
    CouponType.objects.update(is_transferable=True, state="LIVE")
    one = run(campaign)
    given = [gift(into(one, person)) for person in people[:2]]
    heirs = [
        coupons.transfer(
            code=coupon.code,
            from_member_id=coupon.member_id,
            to_member_id=friend,
            key=f"to-a-friend-{coupon.pk}",
            at=NOW,
        )
        for coupon, friend in zip(given, people[2:], strict=True)
    ]
    Coupon.objects.filter(pk=heirs[0].pk).update(
        state="REDEEMED", redeemed_at=NOW + DAY, discount_amount=700
    )

    found = asked(campaign)

    (gifts,) = found.cost.gifts
    assert (gifts.given_count, gifts.redeemed_count, gifts.open_count) == (2, 1, 1)
    assert (found.cost.discount_amount, found.cost.liability_amount) == (700, 1_000)
    # Whoever passed it on redeemed nothing.
    assert found.redeemed_count == 0


def test_an_order_is_one_campaign_s_also_where_the_other_one_wrote_to_a_merged_card(people):
    ContactPolicy.objects.create(pk=1, attribution_days=7)
    spring = effect_shop.campaign(gives=False)
    other = effect_shop.campaign("other", gives=False)
    message(into(run(spring), people[0]), "DELIVERED")
    message(into(run(other), people[1]), "DELIVERED", sent_at=NOW + HOUR)
    order(people[0], 4_000)
    assert (asked(spring).attributed.net_amount, asked(other).attributed) == (4_000, NOBODY)

    merges.merge(survivor_id=people[0], retired_id=people[1], at=NOW + 2 * DAY)

    assert asked(spring).attributed == NOBODY
    assert asked(other).attributed.net_amount == 4_000

    merge_undos.undo(merge_id=MemberMerge.objects.get().pk, at=NOW + 3 * DAY)

    assert (asked(spring).attributed.net_amount, asked(other).attributed) == (4_000, NOBODY)


@pytest.mark.parametrize("narrowed", ["medium", "run_id", "from_on"])
def test_an_order_is_the_last_message_s_also_where_others_are_left_out(people, narrowed):
    ContactPolicy.objects.create(pk=1, attribution_days=7)
    campaign = effect_shop.campaign(gives=False)
    first, second = run(campaign, "1"), run(campaign, "2")
    message(into(first, people[0]), "SENT")
    later = into(second, people[0], entered_at=NOW + DAY)
    message(later, "SENT", medium="INBOX", sent_at=NOW + DAY)
    order(people[0], 4_000, after=2 * DAY)
    before, behind = {
        "medium": ({"medium": "EMAIL"}, {"medium": "INBOX"}),
        "run_id": ({"run_id": first.pk}, {"run_id": second.pk}),
        "from_on": ({"to_on": NOW.date()}, {"from_on": NOW.date() + DAY}),
    }[narrowed]

    assert asked(campaign, **before).attributed == NOBODY
    assert asked(campaign, **behind).attributed.net_amount == 4_000
