"""Rewards from many members and tills at the same moment: one piece is one member's."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from itertools import chain

import pytest
from django.db import OperationalError, connection, transaction

from loyalty.models import Account, LedgerEntry, Redemption
from loyalty.selectors import ledger_checks
from loyalty.services import rewards
from members.errors import DomainError
from members.models import User
from tests.concurrency.processes import at_once, shared_out
from tests.loyalty import reward_shop as shop_of
from tests.loyalty import till
from tests.loyalty.reward_shop import NOW, ask, left, live, minutes, rich


def _tried(work, *args, **options):
    """The state that came of it, or the code of the refusal."""
    try:
        return work(*args, **options).state
    except DomainError as refusal:
        return refusal.code


def _crowd(count):
    found = [till.register(f"138{number:08}") for number in range(count)]
    for one in found:
        rich(one)
    return found


def test_of_twenty_buyers_of_the_last_piece_one_gets_it_and_nobody_else_pays(shop):
    people, mug = _crowd(20), live(stock_count=1)

    def work(number):
        return [
            _tried(ask, mug, people[turn], str(turn)) for turn in shared_out(range(20), number, 10)
        ]

    outcomes = Counter(chain.from_iterable(at_once(work, processes=10)))

    assert outcomes == {"READY": 1, "reward_stock": 19}
    assert left(mug) == 0
    assert sum(Account.objects.values_list("active_points", flat=True)) == 20 * 1_000 - 300
    assert ledger_checks.findings() == []


@pytest.mark.volume
def test_seven_pieces_in_sixteen_shards_go_to_seven_of_twenty_and_none_is_left_over(shop):
    people, mug = _crowd(20), live(stock_count=7)

    def work(number):
        return [
            _tried(ask, mug, people[turn], str(turn)) for turn in shared_out(range(20), number, 10)
        ]

    outcomes = Counter(chain.from_iterable(at_once(work, processes=10)))

    assert outcomes == {"READY": 7, "reward_stock": 13}
    assert ledger_checks.findings() == []


def test_of_eight_tries_of_one_member_with_a_limit_of_one_one_succeeds(alice):
    rich(alice, 5_000)
    mug = live(stock_count=8, limit_member=1)

    outcomes = at_once(lambda number: _tried(ask, mug, alice, str(number)))

    assert Counter(outcomes) == {"READY": 1, "reward_limit": 7}
    assert (shop_of.active(alice), left(mug)) == (4_700, 7)
    assert ledger_checks.findings() == []


def test_one_request_sent_eight_times_at_once_is_one_redemption(alice):
    rich(alice)
    mug = live(stock_count=8)

    uids = at_once(lambda number: str(ask(mug, alice, "same").uid))

    assert len(set(uids)) == 1
    assert shop_of.active(alice) == 700
    assert LedgerEntry.objects.filter(kind="REDEEM").count() == 1


def test_a_redemption_that_is_canceled_and_handed_over_at_once_is_one_of_both(alice):
    rich(alice, 5_000)
    mug = live(stock_count=8)
    rows = [ask(mug, alice, str(number)) for number in range(8)]

    def work(number):
        if number % 2:
            return [_tried(shop_of.cancel, row) for row in rows]
        return [_tried(shop_of.hand_over, row, f"c-{number}") for row in rows]

    at_once(work)

    states = Counter(Redemption.objects.values_list("state", flat=True))
    assert set(states) <= {"CANCELED", "FULFILLED"}
    assert shop_of.active(alice) == 5_000 - 300 * states["FULFILLED"]
    assert left(mug) == 8 - states["FULFILLED"]
    assert ledger_checks.findings() == []


def test_a_payment_in_time_and_the_end_of_its_time_are_one_or_the_other(alice):
    rich(alice, 5_000)
    mug = live(stock_count=6, price_amount=2_000)
    rows = [ask(mug, alice, str(number)) for number in range(6)]
    before = minutes(30) - timedelta(seconds=1)

    def work(number):
        if number % 2:
            return shop_of.tidy(minutes(30))
        return [_tried(shop_of.pay, row, 2_000, f"pay-{row.pk}", before) for row in rows]

    paid = at_once(work, processes=4)[0]

    assert set(paid) <= {"READY", "redemption_expired"}
    states = Counter(Redemption.objects.values_list("state", flat=True))
    assert states["READY"] + states["EXPIRED"] == 6
    assert shop_of.active(alice) == 5_000 - 300 * states["READY"]
    assert (shop_of.held(alice), left(mug)) == (0, 6 - states["READY"])
    assert ledger_checks.findings() == []


def test_two_counters_that_hand_one_reward_over_at_once_do_so_once(alice):
    rich(alice)
    row = ask(live(), alice)

    outcomes = at_once(lambda number: _tried(shop_of.hand_over, row, f"c-{number}"))

    assert Counter(outcomes) == {"FULFILLED": 1, "redemption_handed_over": 7}
    assert Redemption.objects.get().fulfilled_at == NOW


def test_a_reward_gets_an_end_while_one_is_canceled_and_no_piece_is_lost(alice):
    """Stock without an end has no rows that the two could meet at: they meet at the reward."""
    rich(alice)
    mug = live()
    row = ask(mug, alice)
    boss = User.objects.create_user(username="boss", password="boss-password")

    def limit(wait="1000s"):
        with connection.cursor() as cursor:
            cursor.execute("SELECT set_config('lock_timeout', %s, false)", [wait])
        try:
            rewards.change_stock(
                reward_id=mug.pk, stock_count=5, reason="a box", actor=boss, at=NOW
            )
        finally:
            connection.close()

    with transaction.atomic(), ThreadPoolExecutor(1) as pool:
        shop_of.cancel(row)
        with pytest.raises(OperationalError, match="lock timeout"):
            pool.submit(limit, "50ms").result()
    limit()

    assert left(mug) == 5
    assert ledger_checks.findings() == []
