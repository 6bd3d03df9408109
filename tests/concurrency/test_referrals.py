"""Friends claimed, settled and returned by many processes at once: the first claim binds, and
every promise is kept once."""

from collections import Counter

import pytest

from loyalty.models import PrizeGrant, Referral, ReferralStep
from loyalty.selectors import ledger_checks
from loyalty.services import (
    referral_codes,
    referral_reviews,
    referral_settling,
    referrals,
)
from loyalty.services.referrals import AlreadyRecommended, Claiming
from members.models import Member, User
from members.services import merges
from tests.concurrency.processes import at_once
from tests.loyalty import referral_shop as shop_of
from tests.loyalty import till
from tests.loyalty.referral_shop import FRIEND, LADDER, REFERRER, REGISTRATION
from tests.loyalty.till import NOW


def test_two_referrers_claim_one_friend_from_sixteen_processes_and_the_first_has_them(alice):
    shop_of.live((REGISTRATION, REFERRER, 10), (REGISTRATION, FRIEND, 20))
    bob, friend = till.register("13900139000"), till.register("13700137000")
    codes = [shop_of.code_of(one) for one in (alice, bob)]

    def work(number):
        asked = Claiming(friend_id=friend.pk, code=codes[number % 2])
        try:
            return referrals.claim(claiming=asked, at=NOW).is_new
        except AlreadyRecommended:
            return "second"

    told = Counter(at_once(work, processes=16))

    found = Referral.objects.get()
    friend.refresh_from_db()
    assert told == {True: 1, False: 7, "second": 8}
    assert found.referrer_id == friend.referrer_id


def test_members_who_claim_each_other_in_a_ring_are_not_all_rewarded(alice):
    shop_of.live((REGISTRATION, REFERRER, 10))
    ring = [alice, *(till.register(shop_of.phone(number)) for number in range(1, 4))]
    codes = [shop_of.code_of(one) for one in ring]
    Member.objects.all().update(joined_at=NOW)

    def work(number):
        claim = Claiming(friend_id=ring[number].pk, code=codes[(number + 1) % 4])
        return referrals.claim(claiming=claim, at=NOW).referral.pk

    at_once(work, processes=4)
    shop_of.work(NOW)
    states = Counter(Referral.objects.values_list("state", flat=True))
    assert states["REVIEW"] >= 1


def test_eight_workers_settle_the_same_three_friends_and_each_promise_is_kept_once(alice):
    shop_of.live((REGISTRATION, REFERRER, 10), (LADDER, REFERRER, 50, 3))
    code = referral_codes.of_member(member_id=alice.pk, at=NOW).code
    ids = []
    for number in (1, 2, 3):
        friend = till.register(shop_of.phone(number))
        asked = Claiming(friend_id=friend.pk, code=code)
        ids.append(referrals.claim(claiming=asked, at=NOW).referral.pk)
    Referral.objects.update(verified_at=NOW)

    def work(number):
        for offset in range(3):
            referral_settling.settle(referral_id=ids[(number + offset) % 3], at=NOW)

    at_once(work, processes=8)

    assert sorted(PrizeGrant.objects.values_list("points", flat=True)) == [10, 10, 10, 50]
    assert ReferralStep.objects.count() == 1
    assert till.balances(alice)[1] == 80


@pytest.mark.kill
def test_a_worker_that_is_killed_while_it_gives_leaves_what_the_next_one_finishes(alice):
    import os
    import signal
    import time
    from multiprocessing import get_context

    from django.db import connections

    shop_of.live((REGISTRATION, REFERRER, 10), (REGISTRATION, FRIEND, 20), (LADDER, REFERRER, 5, 1))
    code = referral_codes.of_member(member_id=alice.pk, at=NOW).code
    for number in range(1, 31):
        friend = till.register(shop_of.phone(number))
        referrals.claim(claiming=Claiming(friend_id=friend.pk, code=code), at=NOW)
    from members.models import Identity

    Identity.objects.filter(kind="PHONE").update(verified_at=NOW)
    connections.close_all()

    def work():
        for _ in referral_settling.settle_due(at=NOW):
            pass

    for wait in (0.15, 0.3, 0.45):
        child = get_context("fork").Process(target=work, daemon=True)
        child.start()
        time.sleep(wait)  # the moment of death is what is tried
        os.kill(child.pid, signal.SIGKILL)
        child.join()
    work()
    shop_of.work(NOW)
    counted = Counter(PrizeGrant.objects.filter(state="GIVEN").values_list("points", flat=True))
    assert counted == {10: 30, 20: 30, 5: 1}
    assert till.balances(alice)[1] == 305


def test_of_eight_friends_who_come_from_one_device_at_once_one_is_not_looked_at(alice):
    shop_of.live((REGISTRATION, REFERRER, 10))
    code = shop_of.code_of(alice)

    def work(number):
        shop_of.join_by(number, code, device="phone-7")

    at_once(work, processes=8)
    shop_of.work(NOW)

    assert Counter(Referral.objects.values_list("state", flat=True)) == {
        "REVIEW": 7,
        "REGISTERED": 1,
    }
    assert PrizeGrant.objects.count() == 1


@pytest.mark.volume
def test_merges_reviews_and_workers_at_the_same_friends_never_wait_for_each_other(alice):
    shop_of.live(
        (REGISTRATION, REFERRER, 10), (REGISTRATION, FRIEND, 20), (LADDER, REFERRER, 50, 3)
    )
    bob, boss = till.register("13900139000"), User.objects.create_user("boss")
    friends = [shop_of.join(number, alice if number % 2 else bob) for number in range(1, 7)]
    told = [shop_of.of(one).pk for one in friends]

    def work(number):
        if number == 0:
            merges.merge(survivor_id=alice.pk, retired_id=bob.pk, at=NOW)
        elif number == 1:
            merges.merge(survivor_id=friends[0].pk, retired_id=friends[1].pk, at=NOW)
        elif number < 4:
            referral_reviews.refuse(referral_id=told[number], reason="x", actor=boss, at=NOW)
        else:
            for _ in range(3):
                ids = [one.pk for one in friends]
                referral_settling.settle_friends(member_ids=ids, at=NOW)

    at_once(work, processes=10)
    shop_of.work(NOW)

    # Of six: two were refused, two were one person.
    assert sorted(shop_of.given(alice)) == [10, 10, 10, 50]
    assert ledger_checks.findings() == []
