"""Prizes: given once for each promise, taken back when its reason falls away."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from loyalty.models import (
    Account,
    Badge,
    Benefit,
    BenefitGrant,
    Coupon,
    MemberBadge,
    Prize,
    PrizeGrant,
    Program,
    ReferralPrize,
    Tier,
)
from loyalty.selectors import ledger_checks
from loyalty.services import points, prizes, tier_grants
from loyalty.services.coupon_refusals import CouponRefused
from members.errors import NotFound
from members.models import Event, User
from members.services import merges
from tests.loyalty import coupon_shop, tier_shop, till
from tests.loyalty.till import NOW, balances

pytestmark = pytest.mark.django_db
LATER = NOW + timedelta(days=8)


@pytest.fixture(autouse=True)
def _shop(shop):
    yield
    assert ledger_checks.findings() == []


def give(member, prize, key="referral:1:friend", when=NOW, percent=100):
    return prizes.give(
        prize=prize, key=key, origin="REFERRAL", member_id=member.pk, percent=percent, at=when
    )


def undo(key="referral:1:friend", when=LATER):
    return prizes.undo(key=key, reason="order_returned", at=when)


def of_points(count):
    return ReferralPrize(what=Prize.What.POINTS, points=count)


def spend(member, count):
    points.redeem(member_id=member.pk, points=count, key=f"spend:{count}", reason="gift", at=NOW)


def test_fifty_points_are_given_once_however_often_they_are_promised(alice):
    first, again = give(alice, of_points(50)), give(alice, of_points(50), when=LATER)
    assert (first.pk, balances(alice)[1]) == (again.pk, 50)
    assert PrizeGrant.objects.count() == 1
    assert Event.objects.filter(type="loyalty.prize.given").count() == 1


def test_a_multiplier_rounds_points_and_coupons_half_up(alice):
    assert give(alice, of_points(25), percent=150).points == 38
    kind = coupon_shop.live("twenty", limit_member=None)
    pair = ReferralPrize(what=Prize.What.COUPON, coupon_type=kind, count=1)
    made = give(alice, pair, key="referral:2", percent=200).made
    assert Coupon.objects.filter(pk__in=made["coupons"], member=alice).count() == 2


def test_points_come_back_from_their_own_lot_and_what_is_spent_becomes_a_debt(alice):
    give(alice, of_points(50))
    spend(alice, 30)
    taken = undo()
    assert taken.kept == {"taken": 20, "absorbed": 0, "debt": 30, "uncollected": 0}
    assert (balances(alice)[1], Account.objects.get(pk=alice.pk).debt_points) == (0, 30)
    assert undo().undone_at == LATER


def test_points_that_were_all_spent_are_a_debt_of_all_of_them(alice):
    give(alice, of_points(50))
    spend(alice, 50)
    assert undo().kept == {"taken": 0, "absorbed": 0, "debt": 50, "uncollected": 0}


def test_points_that_lapsed_are_gone_already(alice):
    give(alice, of_points(50))
    assert undo(when=NOW + timedelta(days=500)).kept["absorbed"] == 50
    assert Account.objects.get(pk=alice.pk).debt_points == 0


def test_within_the_balance_nobody_owes(alice):
    Program.objects.update(uncollected="WITHIN_BALANCE")
    give(alice, of_points(50))
    spend(alice, 50)
    assert undo().kept["uncollected"] == 50
    assert Account.objects.get(pk=alice.pk).debt_points == 0


def test_what_was_taken_back_is_not_given_again_by_the_same_promise(alice):
    give(alice, of_points(50))
    undo()
    assert give(alice, of_points(50), when=LATER).state == PrizeGrant.State.UNDONE
    assert balances(alice)[1] == 0
    assert give(alice, of_points(50), key="referral:1:friend:2", when=LATER).points == 50
    assert balances(alice)[1] == 50


def test_an_unused_coupon_is_void_and_a_used_one_is_kept(alice):
    kind = coupon_shop.live("twenty", limit_member=None)
    two = ReferralPrize(what=Prize.What.COUPON, coupon_type=kind, count=2)
    used, unused = give(alice, two).made["coupons"]
    coupon_shop.redeem(1, Coupon.objects.get(pk=used).code, alice, when=NOW + timedelta(days=2))
    assert undo().kept == {"coupons": [used]}
    assert Coupon.objects.get(pk=unused).state == Coupon.State.VOID


def test_a_coupon_of_a_stopped_type_is_refused_and_kept_once_it_is_live_again(alice):
    kind = coupon_shop.draft("twenty")
    one = ReferralPrize(what=Prize.What.COUPON, coupon_type=kind)
    with pytest.raises(CouponRefused):
        give(alice, one)
    assert not PrizeGrant.objects.exists()


@pytest.fixture
def _tiers(shop):
    tier_shop.set_up()


def gold(days=None):
    return ReferralPrize(what=Prize.What.TIER, tier=Tier.objects.get(code="gold"), days=days)


@pytest.mark.usefixtures("_tiers")
def test_gold_for_thirty_days_ends_with_them_and_comes_back_with_its_reason(alice):
    give(alice, gold(days=30))
    assert tier_shop.code_of(alice) == "gold"
    assert [row[0] for row in tier_shop.story(alice)] == ["PRIZE"]
    assert undo().kept == {}
    assert tier_shop.code_of(alice) == "member"


@pytest.mark.usefixtures("_tiers")
def test_a_tier_by_hand_that_lasts_longer_is_left_alone(alice):
    boss = User.objects.create_user(username="boss", password="boss-password")
    tier_grants.set_by_hand(
        member_id=alice.pk, tier_code="gold", until_on=None, reason="VIP", actor=boss, at=NOW
    )
    assert give(alice, gold(days=30)).made["changed"] is False
    undo()
    assert tier_shop.code_of(alice) == "gold"


@pytest.mark.usefixtures("_tiers")
def test_a_lower_tier_by_hand_comes_back_under_a_prize(alice):
    boss = User.objects.create_user(username="boss", password="boss-password")
    tier_grants.set_by_hand(
        member_id=alice.pk, tier_code="silver", until_on=None, reason="VIP", actor=boss, at=NOW
    )
    give(alice, gold(days=30))
    assert tier_shop.code_of(alice) == "gold"
    undo()
    assert tier_shop.code_of(alice) == "silver"


def test_a_benefit_has_so_many_uses_and_ends_with_its_reason(alice):
    benefit = Benefit.objects.create(code="dry", kind=Benefit.Kind.SERVICE, state="LIVE")
    three = ReferralPrize(what=Prize.What.BENEFIT, benefit=benefit, count=3, days=30)
    grant = BenefitGrant.objects.get(pk=give(alice, three).made["benefit"])
    assert (grant.quota, grant.valid_until) == (3, till.at("2026-12-22"))
    assert undo().kept == {"used": 0}
    grant.refresh_from_db()
    assert grant.end_reason == "order_returned"


def test_a_badge_is_worn_once_and_taken_off_with_its_reason(alice):
    badge = Badge.objects.create(code="friend", name_en="Friend")
    mark = ReferralPrize(what=Prize.What.BADGE, badge=badge)
    give(alice, mark)
    give(alice, mark)
    assert MemberBadge.objects.filter(member=alice, lost_at=None).count() == 1
    undo()
    assert not MemberBadge.objects.filter(member=alice, lost_at=None).exists()


def test_whoever_was_merged_gets_it_on_the_other_card_and_gives_it_back_from_there(alice, bob):
    give(alice, of_points(50))
    merges.merge(survivor_id=bob.pk, retired_id=alice.pk, at=NOW)
    give(alice, of_points(20), key="referral:2")
    assert balances(bob)[1] == 70
    assert undo().kept["taken"] == 50
    assert balances(bob)[1] == 20


def test_nobody_is_there_to_be_given_anything(alice):
    with pytest.raises(NotFound):
        prizes.give(prize=of_points(5), key="x", origin="REFERRAL", member_id=10**9, at=NOW)


def test_what_was_never_given_is_not_taken_back():
    assert undo(key="nothing") is None


@pytest.mark.usefixtures("_tiers")
def test_a_prize_that_is_taken_back_beneath_another_does_not_come_back_with_it(alice):
    give(alice, gold(days=30))
    give(alice, gold(days=60), key="challenge:1")
    assert undo().kept == {"tier": "gold"}
    assert tier_shop.code_of(alice) == "gold"
    assert undo("challenge:1").kept == {}
    assert tier_shop.code_of(alice) == "member"


def test_a_benefit_that_came_as_coupons_goes_with_those_that_are_not_used(alice):
    kind = coupon_shop.live("twenty", limit_member=None)
    benefit = Benefit.objects.create(
        code="cups", kind=Benefit.Kind.GOODS, state="LIVE", coupon_type=kind
    )
    three = ReferralPrize(what=Prize.What.BENEFIT, benefit=benefit, count=3)
    give(alice, three)
    used, *others = Coupon.objects.filter(member=alice).order_by("pk")
    coupon_shop.redeem(1, used.code, alice, when=NOW + timedelta(days=2))
    assert undo().kept == {"used": 1, "coupons": [used.pk]}
    states = Coupon.objects.filter(pk__in=[one.pk for one in others]).values_list(
        "state", flat=True
    )
    assert list(states) == ["VOID", "VOID"]


def test_the_account_is_locked_before_the_prize_as_in_a_merge(alice):
    give(alice, of_points(50))
    with CaptureQueriesContext(connection) as seen:
        undo()
    asked = [one["sql"] for one in seen.captured_queries]
    account = next(n for n, sql in enumerate(asked) if "loyalty_account" in sql)
    prize = next(
        n for n, sql in enumerate(asked) if "loyalty_prizegrant" in sql and "FOR UPDATE" in sql
    )
    assert "FOR NO KEY UPDATE" in asked[account]
    assert account < prize


def test_a_multiplier_leaves_uses_of_a_benefit_as_they_are(alice):
    benefit = Benefit.objects.create(code="dry", kind=Benefit.Kind.SERVICE, state="LIVE")
    two = ReferralPrize(what=Prize.What.BENEFIT, benefit=benefit, count=2, days=30)
    made = give(alice, two, percent=200).made
    assert BenefitGrant.objects.get(pk=made["benefit"]).quota == 2


@pytest.mark.usefixtures("_tiers")
def test_gold_stays_while_another_prize_promises_it(alice):
    """The first one holds until 21 January, the second one until 22 December."""
    give(alice, gold(days=60))
    assert give(alice, gold(days=30), key="challenge:1:1").made["changed"] is False
    assert undo().kept == {}
    account = Account.objects.get(pk=alice.pk)
    assert (account.tier.code, account.tier_floor_until_at) == ("gold", till.at("2026-12-22"))
    undo("challenge:1:1")
    assert tier_shop.code_of(alice) == "member"
