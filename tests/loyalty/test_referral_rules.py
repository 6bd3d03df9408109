"""Codes, first orders, maturing, rings and steps of recommending, by numbers."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from loyalty.rules import coupons
from loyalty.rules import referrals as rules
from loyalty.rules.referrals import OrderFact

SHANGHAI = ZoneInfo("Asia/Shanghai")


def at(text):
    return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI)


def first(*orders, least=5_000, days=7):
    facts = [OrderFact(number, at(when), net) for number, when, net in orders]
    return rules.first_order(facts, min_amount=least, maturity_days=days, zone=SHANGHAI)


def test_a_code_has_eight_signs_that_nobody_mixes_up():
    codes = {rules.code_of(number) for number in (0, 1, 12_345_678_901, rules.CODES - 1)}
    assert len(codes) == 4
    assert {len(code) for code in codes} == {8}
    assert not set("".join(codes)) & set("01OIL")
    assert coupons.normalize(" 2222-３333 ") == "22223333"


def test_the_first_order_is_the_earliest_paid_that_is_still_worth_enough():
    found = first((3, "2026-03-05T09:00", 6_000), (9, "2026-03-04T23:30", 5_000))
    assert (found.order_id, found.ordered_at) == (9, at("2026-03-04T23:30"))
    assert found.matures_at == at("2026-03-11T00:00")
    assert first((9, "2026-03-04T23:30", 4_999)) is None
    # Of two paid at one instant the one with the lower number.
    same = first((4, "2026-03-04T10:00", 9_000), (3, "2026-03-04T10:00", 9_000))
    assert same.order_id == 3


def test_an_order_of_which_nothing_is_left_counts_nowhere_even_without_a_threshold():
    assert first((1, "2026-03-04T10:00", 0), least=0) is None
    assert first((1, "2026-03-04T10:00", 1), least=0).order_id == 1


def test_without_days_an_order_matures_at_once():
    assert first((1, "2026-03-04T10:00", 5_000), days=0).matures_at == at("2026-03-04T10:00")


@pytest.mark.parametrize(
    ("orders", "verified", "now", "state"),
    [
        ([], False, "2026-03-05T00:00", "CLAIMED"),
        ([], True, "2026-03-05T00:00", "REGISTERED"),
        ([(1, "2026-03-04T10:00", 5_000)], False, "2026-03-10T23:59", "ORDERED"),
        ([(1, "2026-03-04T10:00", 5_000)], True, "2026-03-11T00:00", "MATURED"),
    ],
)
def test_how_far_a_referral_is_follows_from_the_facts(orders, verified, now, state):
    found = rules.standing(first(*orders), is_verified=verified, at=at(now))
    assert (found.state, found.is_verified) == (state, verified)


def test_a_friend_names_the_referrer_through_the_end_of_the_seventh_day_after_joining():
    ends = rules.claim_ends(at("2026-03-04T10:00"), 7, SHANGHAI)
    assert ends == at("2026-03-12T00:00")
    assert rules.claim_ends(at("2026-03-04T10:00"), 0, SHANGHAI) == at("2026-03-05T00:00")


@pytest.mark.parametrize(
    ("friends", "stand", "following"),
    [(0, set(), 1), (1, {1}, 3), (2, {1}, 3), (3, {1, 3}, 5), (7, {1, 3, 5}, None)],
)
def test_steps_of_the_ladder_1_3_5(friends, stand, following):
    assert rules.steps(friends, (1, 3, 5)) == stand
    assert rules.next_step(friends, (1, 3, 5)) == following


@pytest.mark.parametrize(
    ("basis", "state", "verified", "rewarded", "counted"),
    [
        ("REGISTRATION", "REGISTERED", True, True, True),
        ("REGISTRATION", "ORDERED", False, True, False),
        ("REGISTRATION", "REFUSED", True, True, False),
        ("REGISTRATION", "REGISTERED", True, False, False),
        ("FIRST_ORDER", "ORDERED", True, True, False),
        ("FIRST_ORDER", "MATURED", False, True, True),
        ("FIRST_ORDER", "REVIEW", True, True, False),
    ],
)
def test_who_stands_on_the_ladder(basis, state, verified, rewarded, counted):
    told = rules.counts(basis, state=state, is_verified=verified, is_rewarded=rewarded)
    assert told is counted


@pytest.mark.parametrize(
    ("referrer_of", "ring"),
    [
        ({1: 2, 2: 3}, ()),
        ({1: 2, 2: 1}, (1, 2)),
        ({1: 2, 2: 3, 3: 4, 4: 1}, (1, 2, 3, 4)),
        # A ring that this member only leads into.
        ({1: 2, 2: 3, 3: 2}, ()),
        ({}, ()),
    ],
)
def test_a_ring_is_a_way_up_that_comes_back(referrer_of, ring):
    assert rules.ring(1, referrer_of) == ring


def test_the_month_of_a_limit_is_the_programme_s():
    begin, end = rules.month_of(datetime(2026, 2, 28, 16, tzinfo=UTC), SHANGHAI)
    assert (begin, end) == (at("2026-03-01T00:00"), at("2026-04-01T00:00"))


def test_the_link_carries_the_code():
    assert rules.link("https://shop.example/join?ref={code}", "22223333") == (
        "https://shop.example/join?ref=22223333"
    )
    assert rules.link("", "22223333") == ""
