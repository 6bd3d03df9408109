"""Challenges: every third order, repeat orders of a year, streaks, the first time a tier is met."""

from datetime import date, timedelta

import pytest

from loyalty.models import ChallengeStep, PrizeGrant
from loyalty.services import challenges
from members.models import Dispatch, Tag, User
from members.services import tags
from tests.loyalty import till
from tests.loyalty.challenge_shop import STARTED, buy, challenge, reached, value, work
from tests.loyalty.till import NOW, at, give_back

pytestmark = pytest.mark.django_db


def test_every_third_order_brings_200_points_and_the_sixth_again(alice):
    challenge()
    for number in range(1, 8):
        buy(f"O{number}")
    work()
    assert value(alice) == 7
    assert reached(alice) == [(1, 1, True), (2, 1, True)]
    assert till.balances(alice) == (0, 70 + 400, 0)


def test_the_third_order_refunded_takes_the_bonus_back_and_the_next_is_the_third_again(alice):
    challenge()
    buy("O1"), buy("O2")
    third = buy("O3")
    work()
    assert till.balances(alice) == (0, 30 + 200, 0)
    give_back(third, "R1")
    work()
    assert value(alice) == 2
    assert till.balances(alice) == (0, 20, 0)
    buy("O4")
    work()
    work()
    assert value(alice) == 3
    assert reached(alice) == [(1, 1, False), (1, 2, True)]
    assert till.balances(alice) == (0, 30 + 200, 0)
    assert [grant.state for grant in PrizeGrant.objects.order_by("pk")] == ["UNDONE", "GIVEN"]


def test_a_part_of_an_order_given_back_leaves_the_step_unless_it_falls_under_the_least_amount(
    alice,
):
    challenge(min_order_amount=5_000)
    buy("O1", 49)
    order = buy("O2", 80)
    work()
    assert value(alice) == 1
    give_back(order, "R1", 3_000)
    work()
    assert value(alice) == 1
    give_back(order, "R2", 1)
    work()
    assert value(alice) == 0


def test_a_refund_that_comes_before_its_order_leaves_nothing_to_count(alice):
    challenge(target=1)
    order = buy("O1")
    give_back(order, "R1")
    work()
    assert value(alice) == 0
    assert reached(alice) == []


def test_nothing_is_owed_to_a_worker_where_no_challenge_counts(alice):
    buy("O1")
    assert not Dispatch.objects.filter(subscriber="loyalty.challenges").exists()
    challenge(since=NOW + timedelta(hours=1))
    buy("O2")
    assert not Dispatch.objects.filter(subscriber="loyalty.challenges").exists()
    buy("O3", when=NOW + timedelta(hours=1))
    assert Dispatch.objects.filter(subscriber="loyalty.challenges").count() == 1


def test_months_are_counted_by_the_business_day_and_a_late_order_counts_in_its_own(alice):
    challenge(window="MONTH", target=2)
    buy("N1", when=at("2026-11-01T00:00"))
    buy("O1", when=at("2026-10-31T23:59"), now=NOW)
    work()
    assert value(alice, window=date(2026, 11, 1)) == 1
    buy("O2", when=at("2026-10-05T12:00"), now=NOW)
    work()
    assert value(alice, window=date(2026, 10, 1)) == 2
    assert reached(alice) == [(1, 1, True)]


def test_once_in_each_month_unless_it_is_said_to_be_repeated(alice):
    challenge(window="MONTH", target=1, is_repeating=False)
    buy("O1", when=at("2026-10-05T12:00"), now=NOW)
    buy("O2", when=at("2026-10-06T12:00"), now=NOW)
    buy("N1")
    work()
    assert reached(alice) == [(1, 1, True), (1, 1, True)]


def test_the_limit_per_member_holds_over_all_months(alice):
    challenge(window="MONTH", target=1, limit_times=2)
    for month in (8, 9, 10):
        buy(f"O{month}", when=at(f"2026-{month:02}-05T12:00"), now=NOW)
    work()
    assert len(reached(alice)) == 2


def test_the_first_order_ever_is_no_repeat_order_also_when_an_earlier_one_comes_late(alice):
    challenge(counts="REPEAT_ORDERS", target=2, is_repeating=False, window="YEAR")
    buy("O1"), buy("O2", when=NOW + timedelta(minutes=1))
    work(NOW + timedelta(minutes=1))
    assert value(alice) == 1
    # Of before the challenge: from now on all that it counted are repeat orders.
    first = buy("O0", when=STARTED - timedelta(days=1), now=NOW + timedelta(minutes=2))
    work(NOW + timedelta(minutes=2))
    assert value(alice) == 2
    assert reached(alice) == [(1, 1, True)]
    give_back(first, "R1", when=NOW + timedelta(minutes=3))
    work(NOW + timedelta(minutes=3))
    assert value(alice) == 1
    assert reached(alice) == [(1, 1, False)]


def test_spend_and_pieces_count_the_lines_that_meet_the_condition(alice):
    only = {"field": "line.sku", "op": "eq", "value": "SK-1"}
    challenge("spend", counts="SPEND", target=10_000, condition=only)
    challenge("pieces", counts="PIECES", target=5, condition=only)
    order = till.sell(
        "O1", till.line("1", 9_000, quantity="3"), till.line("2", 50_000, quantity="9")
    )
    work()
    assert (value(alice, "spend"), value(alice, "pieces")) == (9_000, 3)
    give_back(order, "R1", {"1": 3_000})
    work()
    assert value(alice, "spend") == 6_000


def test_a_stopped_challenge_counts_nothing_more_and_returns_still_unwind(alice, boss):
    made = challenge(target=1)
    order = buy("O1", when=NOW)
    late = NOW + timedelta(hours=1)
    challenges.stop(challenge_id=made.pk, reason="over", actor=boss, at=late)
    buy("O2", when=late, now=late)
    # Before the stop, heard of after it.
    buy("O3", when=NOW + timedelta(minutes=59), now=late)
    work(late)
    assert reached(alice) == [(1, 1, True), (2, 1, True)]
    give_back(order, "R1", when=late + timedelta(hours=1))
    work(late + timedelta(hours=1))
    assert value(alice) == 1
    assert reached(alice) == [(1, 1, True), (2, 1, False)]


def test_who_it_is_for_is_judged_when_the_order_arrives(alice, shop):
    vip = Tag.objects.create(code="vip", name_en="VIP", name_zh="VIP")
    challenge(for_tag=vip)
    order = buy("O1")
    work()
    tags.give(members=[alice], code="vip", at=NOW)
    buy("O2")
    give_back(order, "R1", 1)
    work()
    assert value(alice) == 1
    assert ChallengeStep.objects.filter(is_eligible=False).count() == 1


@pytest.fixture
def boss(shop):
    return User.objects.create_user("boss")
