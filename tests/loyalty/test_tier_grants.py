"""Tiers by hand, by invitation, bought, and the gift of an upgrade."""

import pytest

from loyalty.errors import (
    InsufficientPoints,
    NoTierByHand,
    TierAlreadyHeld,
    TierEndsInPast,
    TierNotForSale,
    UnknownTier,
)
from loyalty.models import Account, LedgerEntry, TierChange
from loyalty.selectors import ledger_checks
from loyalty.services import points, tier_grants, tier_nights
from members.errors import ReasonRequired
from members.models import Event, User
from members.services import merges
from tests.loyalty import tier_shop, till
from tests.loyalty.tier_shop import REACHED, buy, code_of, story
from tests.loyalty.till import at

pytestmark = pytest.mark.django_db
BY_HAND = at("2026-11-21T15:00")


@pytest.fixture(autouse=True)
def _shop(shop):
    tier_shop.set_up()
    yield
    assert ledger_checks.findings() == []


@pytest.fixture
def boss():
    return User.objects.create_user(username="boss", password="boss-password")


def by_hand(member, boss, code="gold", until="2027-03-31", when=BY_HAND, reason="VIP"):
    tier_grants.set_by_hand(
        member_id=member.pk,
        tier_code=code,
        until_on=at(until).date() if until else None,
        reason=reason,
        actor=boss,
        at=when,
    )


def night(when):
    return sum(tier_nights.review(at=when))


def test_a_tier_by_hand_holds_through_its_date_and_says_who_and_why(alice, boss):
    by_hand(alice, boss)
    assert buy("o-1", 100, at("2027-03-31T23:59"))["points"]["earned"] == 150
    assert buy("o-2", 100, at("2027-04-01T00:00"))["points"]["earned"] == 100
    assert story(alice) == [
        ("HAND", "gold", BY_HAND, at("2027-04-01")),
        ("ENDED", "member", at("2027-04-01"), None),
    ]
    change = TierChange.objects.get(reason="HAND")
    assert (change.actor_id, change.figures["reason"]) == (boss.pk, "VIP")


def test_it_is_a_floor_and_no_ceiling(alice, boss):
    by_hand(alice, boss, "silver")
    answer = buy("o-1", 10_000, BY_HAND)
    assert (answer["points"]["earned"], answer["tier"]["code"]) == (12_000, "gold")
    assert answer["tier"]["until"] == "2027-11-21T16:00:00+00:00"


def test_beneath_it_the_earned_tier_and_its_term_stay(alice, boss):
    buy("o-1", 3_000)
    by_hand(alice, boss)
    night(at("2027-04-01T03:10"))
    assert story(alice)[1:] == [
        ("HAND", "gold", BY_HAND, at("2027-04-01")),
        ("ENDED", "silver", at("2027-04-01"), at("2027-11-22")),
    ]


def test_what_is_earned_beneath_it_is_there_when_it_ends(alice, boss):
    by_hand(alice, boss)
    buy("o-1", 3_000, at("2027-01-10T12:00"))
    night(at("2027-04-01T03:10"))
    assert story(alice)[1:] == [("ENDED", "silver", at("2027-04-01"), at("2028-01-11"))]


def test_a_term_that_ends_beneath_it_is_judged_as_of_its_own_end(alice, boss):
    buy("o-1", 3_000)
    by_hand(alice, boss, until="2028-06-30")
    buy("o-2", 100, at("2027-12-01T12:00"))
    night(at("2028-07-02T03:10"))
    assert story(alice)[1:] == [
        ("HAND", "gold", BY_HAND, at("2028-07-01")),
        ("ENDED", "member", at("2028-07-01"), None),
    ]


def test_a_floor_below_the_present_tier_only_waits(alice, boss):
    buy("o-1", 10_000)
    by_hand(alice, boss, "silver", until="2028-12-31")
    assert story(alice)[1:] == [("HAND", "gold", BY_HAND, at("2029-01-01"))]
    assert code_of(alice) == "gold"
    night(at("2027-11-22T03:10"))
    assert story(alice)[2:] == [("DOWNGRADE", "silver", at("2027-11-22"), at("2029-01-01"))]


def test_it_can_be_ended_early(alice, boss):
    by_hand(alice, boss)
    tier_grants.end_by_hand(
        member_id=alice.pk, reason="mistake", actor=boss, at=at("2026-12-01T10:00")
    )
    assert story(alice)[1:] == [("ENDED", "member", at("2026-12-01T10:00"), None)]
    with pytest.raises(NoTierByHand):
        tier_grants.end_by_hand(member_id=alice.pk, reason="again", actor=boss, at=BY_HAND)


@pytest.mark.parametrize(
    ("options", "error"),
    [
        ({"reason": " "}, ReasonRequired),
        ({"code": "member"}, UnknownTier),
        ({"code": "nope"}, UnknownTier),
        ({"until": "2026-11-20"}, TierEndsInPast),
    ],
)
def test_a_tier_by_hand_that_makes_no_sense_is_refused(alice, boss, options, error):
    with pytest.raises(error):
        by_hand(alice, boss, **options)
    assert story(alice) == []


def test_an_invite_only_tier_is_never_reached_by_figures(alice, boss):
    tier_shop.tier("diamond", is_invite_only=True)
    assert buy("o-1", 50_000)["tier"]["code"] == "gold"
    by_hand(alice, boss, "diamond", until=None)
    assert story(alice)[1:] == [("INVITED", "diamond", BY_HAND, at("2027-11-22"))]


def test_a_bought_tier_has_the_same_term(alice):
    tier_shop.tier("silver", price_points=1_000)
    buy("o-1", 2_000)
    bought = tier_grants.buy(member_id=alice.pk, tier_code="silver", key="buy-1", at=BY_HAND)
    assert (bought.points, bought.until_at, bought.is_repeat) == (1_000, at("2027-11-22"), False)
    assert till.balances(alice) == (0, 1_000, 0)
    entry = LedgerEntry.objects.get(kind="REDEEM")
    assert (entry.points, entry.source_type) == (-1_000, "TIER")
    night(at("2027-11-22T03:10"))
    assert story(alice) == [
        ("BOUGHT", "silver", BY_HAND, at("2027-11-22")),
        ("DOWNGRADE", "member", at("2027-11-22"), None),
    ]


def test_a_bought_tier_bought_again_with_its_key_is_bought_once(alice):
    tier_shop.tier("silver", price_points=1_000)
    buy("o-1", 2_500)
    tier_grants.buy(member_id=alice.pk, tier_code="silver", key="buy-1", at=BY_HAND)
    again = tier_grants.buy(
        member_id=alice.pk, tier_code="silver", key="buy-1", at=at("2026-11-25")
    )
    assert (again.is_repeat, again.points, again.until_at) == (True, 1_000, at("2027-11-22"))
    assert till.balances(alice) == (0, 1_500, 0)


def test_a_bought_tier_is_not_undone_by_refunds(alice):
    tier_shop.set_up(downgrade_on_return=True)
    tier_shop.tier("silver", price_points=1_000)
    order = buy("o-1", 2_000)
    tier_grants.buy(member_id=alice.pk, tier_code="silver", key="buy-1", at=BY_HAND)
    lifted = buy("o-2", 8_000, BY_HAND)
    assert lifted["tier"]["code"] == "gold"
    answer = till.give_back(lifted, "r-1", when=at("2026-11-22"))
    assert (answer["tier"]["code"], answer["tier"]["changed_from"]) == ("silver", "gold")
    till.give_back(order, "r-2", when=at("2026-11-23"))
    assert code_of(alice) == "silver"
    assert story(alice)[-1][3] == at("2027-11-22")


@pytest.mark.parametrize(
    ("code", "earned", "error"),
    [
        ("gold", 5_000, TierNotForSale),
        ("silver", 3_000, TierAlreadyHeld),
        ("silver", 999, InsufficientPoints),
        ("nope", 100, UnknownTier),
    ],
)
def test_a_purchase_of_a_tier_that_is_refused_changes_nothing(alice, code, earned, error):
    tier_shop.tier("silver", price_points=1_000)
    buy("o-1", earned)
    before = (till.balances(alice), story(alice))
    with pytest.raises(error):
        tier_grants.buy(member_id=alice.pk, tier_code=code, key="buy-1", at=BY_HAND)
    assert (till.balances(alice), story(alice)) == before


def test_an_upgrade_brings_its_gift_once_per_member_and_tier_ever(alice):
    tier_shop.tier("silver", gift_points=500)
    tier_shop.tier("gold", gift_points=800)
    answer = buy("o-1", 3_000)
    assert (answer["points"]["earned"], answer["account"]["available"]) == (3_000, 3_500)
    gift = LedgerEntry.objects.get(source_type="TIER")
    assert (gift.kind, gift.points, gift.reason) == ("EARN", 500, "tier_gift")
    # Two terms later: fallen, and lifted anew.
    assert buy("o-2", 3_000, at("2028-12-01T12:00"))["tier"]["code"] == "silver"
    assert LedgerEntry.objects.filter(source_type="TIER").count() == 1
    buy("o-3", 7_000, at("2028-12-02T12:00"))
    assert [entry.points for entry in LedgerEntry.objects.filter(source_type="TIER")] == [500, 800]


def test_a_gift_repays_a_debt_like_any_points(alice):
    tier_shop.tier("silver", gift_points=500)
    order = buy("o-1", 200)
    points.redeem(member_id=alice.pk, points=200, key="spend", reason="payment", at=REACHED)
    till.give_back(order, "r-1", when=REACHED)
    assert till.balances(alice) == (0, 0, 200)
    buy("o-2", 3_000, phone="13800138000")
    assert till.balances(alice) == (0, 3_300, 0)


def test_a_tier_by_hand_brings_no_gift_until_the_figures_reach_it(alice, boss):
    tier_shop.tier("silver", gift_points=500)
    by_hand(alice, boss, "silver")
    assert not LedgerEntry.objects.exists()
    buy("o-1", 3_000, BY_HAND)
    assert LedgerEntry.objects.get(source_type="TIER").points == 500


def test_a_return_leaves_the_tier_by_default(alice):
    order = buy("o-1", 3_000)
    answer = till.give_back(order, "r-1", when=BY_HAND)
    assert answer["tier"]["code"] == "silver"
    assert Account.objects.get(member_id=alice.pk).window_spend_amount == 0


def test_a_return_lowers_the_tier_at_once_where_the_programme_says_so(alice):
    tier_shop.set_up(downgrade_on_return=True)
    buy("o-1", 3_000)
    order = buy("o-2", 7_000)
    answer = till.give_back(order, "r-1", 100, when=BY_HAND)
    assert (answer["tier"]["code"], answer["tier"]["changed_from"]) == ("silver", "gold")
    assert story(alice)[2:] == [("RETURN", "silver", BY_HAND, at("2027-11-22"))]
    assert Event.objects.get(type="loyalty.tier.downgraded").payload["to_tier"] == "silver"


def test_a_small_return_does_not_lower_who_had_left_the_figures_behind_anyway(alice):
    tier_shop.set_up(downgrade_on_return=True)
    buy("o-1", 2_900, at("2025-12-01T12:00"))
    buy("o-2", 100, at("2026-11-01T12:00"))
    order = buy("o-3", 100, at("2026-12-05T12:00"))
    till.give_back(order, "r-1", when=at("2026-12-06T12:00"))
    assert code_of(alice) == "silver"


def test_a_merge_keeps_what_was_earned_beneath_a_floor(alice, bob, boss):
    buy("o-1", 3_000, phone="13900139000")
    by_hand(alice, boss)
    merges.merge(survivor_id=alice.pk, retired_id=bob.pk, actor_id=boss.pk, at=BY_HAND)
    night(at("2027-04-01T03:10"))
    assert story(alice) == [
        ("HAND", "gold", BY_HAND, at("2027-04-01")),
        ("ENDED", "silver", at("2027-04-01"), at("2027-11-22")),
    ]
