"""One hand behind two members is found, looked at, and decided; cards that become one."""

import pytest

from loyalty.models import PrizeGrant, Referral, ReferralTrace
from loyalty.services import referral_reviews
from members.models import Member, MemberMerge, User
from members.registry.introductions import Introduction
from members.services import merge_undos, merges
from tests.loyalty import coupon_shop, till
from tests.loyalty import referral_shop as shop_of
from tests.loyalty.referral_shop import DAY, FRIEND, LADDER, REFERRER, REGISTRATION, given
from tests.loyalty.till import NOW

BOTH = ((REGISTRATION, REFERRER, 10), (REGISTRATION, FRIEND, 20))


@pytest.fixture
def boss(db):
    return User.objects.create_user("boss")


def test_a_friend_from_the_referrer_s_own_device_is_looked_at_and_brings_nothing(alice, boss):
    shop_of.live(*BOTH, (LADDER, REFERRER, 50, 1))
    shop_of.join(1, alice, device="phone-7")
    second = shop_of.join(2, alice, device=" phone-7 ")
    found = shop_of.of(second)
    assert (found.state, found.reasons) == ("REVIEW", ["many_from_device"])
    assert (given(alice), given(second)) == ([10, 50], [])

    referral_reviews.accept(referral_id=found.pk, actor=boss, at=NOW + DAY)
    referral_reviews.accept(referral_id=found.pk, actor=boss, at=NOW + 2 * DAY)
    assert (given(alice), given(second)) == ([10, 50, 10], [20])

    referral_reviews.refuse(referral_id=found.pk, reason="fraud", actor=boss, at=NOW + 3 * DAY)
    assert (given(alice), given(second)) == ([10, 50], [])
    assert till.balances(second) == (0, 0, 0)
    second.refresh_from_db()
    assert second.referrer_id is None


def test_device_and_card_are_kept_as_blind_indexes_and_compared_with_the_referrer_s(alice):
    shop_of.live(*BOTH)
    bob = shop_of.join(1, alice, device="d-1", payment_card="tok-1")
    friend = shop_of.join(2, bob, device="d-1", payment_card="tok-1")
    assert shop_of.of(friend).reasons == ["same_device", "same_payment_card", "many_from_device"]
    kept = [bytes(one) for one in ReferralTrace.objects.values_list("index", flat=True)]
    assert {len(one) for one in kept} == {32}


def test_a_ring_of_three_is_looked_at_where_it_closes(alice):
    shop_of.live(*BOTH, claim_days=30)
    bob = shop_of.join(1, alice)
    carol = shop_of.join(2, bob)
    found = shop_of.claim(alice, carol)
    assert (found.state, found.reasons) == ("REVIEW", ["ring"])
    assert [shop_of.of(one).state for one in (bob, carol)] == ["REGISTERED", "REGISTERED"]


def test_who_bought_as_a_guest_with_that_phone_is_no_new_friend(alice):
    kind = coupon_shop.live(public_code="HELLO", limit_member=1)
    till.sell("o-g", till.line("1", 10_000), phone=shop_of.phone(1), coupons=["HELLO"], when=NOW)
    assert kind.public_code == "HELLO"
    shop_of.live(*BOTH)
    friend = shop_of.join(1, alice, when=NOW + DAY)
    assert (shop_of.of(friend).state, shop_of.of(friend).reasons) == ("REVIEW", ["known_buyer"])


def test_the_sixth_friend_in_an_hour_is_looked_at(alice):
    shop_of.live(*BOTH, hour_limit=5)
    friends = [shop_of.join(number, alice) for number in range(1, 7)]
    assert [shop_of.of(one).state for one in friends] == ["REGISTERED"] * 5 + ["REVIEW"]


def test_one_payment_card_behind_both_s_orders_is_found_before_anything_matures(alice):
    shop_of.live(*BOTH, ("FIRST_ORDER", REFERRER, 100))
    friend = shop_of.join(1, alice)
    paid = {"payment_card": "tok-9"}
    till.sell("o-a", till.line("1", 1_000), metadata=paid)
    shop_of.buy(1, metadata=paid)
    found = shop_of.of(friend)
    assert (found.state, found.reasons, given(alice)) == ("REVIEW", ["same_payment_card"], [])


def test_a_friend_who_turns_out_to_be_the_referrer_unwinds_and_comes_back_with_the_undo(alice):
    shop_of.live(*BOTH, (LADDER, REFERRER, 50, 1))
    friend = shop_of.join(1, alice)
    assert (given(alice), given(friend)) == ([10, 50], [20])

    merges.merge(survivor_id=alice.pk, retired_id=friend.pk, at=NOW)
    shop_of.work(NOW)

    assert given(alice) == []
    assert till.balances(alice) == (0, 0, 0)
    assert Referral.objects.get().decision == "merged"


def test_of_two_claims_of_one_person_the_older_one_counts(alice, bob):
    shop_of.live(*BOTH)
    first = shop_of.join(1, alice)
    second = shop_of.join(2, bob, when=NOW + DAY)
    merges.merge(survivor_id=second.pk, retired_id=first.pk, at=NOW + 2 * DAY)
    shop_of.work(NOW + 2 * DAY)

    assert (given(alice), given(bob)) == ([10], [])
    kept = Referral.objects.get(friend=second)
    assert (kept.referrer_id, kept.state) == (alice.pk, "REGISTERED")
    assert Member.objects.get(pk=second.pk).referrer_id == alice.pk
    # The person has theirs of the older claim.
    assert given(second) == [20]


def test_a_merge_of_two_friends_is_taken_back_with_both_claims(alice, bob):
    shop_of.live(*BOTH)
    first, second = shop_of.join(1, alice), shop_of.join(2, bob, when=NOW + DAY)
    merges.merge(survivor_id=second.pk, retired_id=first.pk, at=NOW + 2 * DAY)
    made = MemberMerge.objects.get()
    merge_undos.undo(merge_id=made.pk, at=NOW + 2 * DAY)
    shop_of.work(NOW + 2 * DAY)
    claims = Referral.objects.order_by("pk").values_list("referrer_id", "friend_id", "state")
    assert list(claims) == [
        (alice.pk, first.pk, "REGISTERED"),
        (bob.pk, second.pk, "REGISTERED"),
    ]
    assert [given(one) for one in (alice, bob, first, second)] == [[10], [10], [20], [20]]


def test_friends_of_two_cards_of_one_referrer_stand_on_one_ladder(alice, bob):
    shop_of.live((LADDER, REFERRER, 5, 1), (LADDER, REFERRER, 50, 3))
    for number, referrer in ((1, alice), (2, alice), (3, bob)):
        shop_of.join(number, referrer)
    assert (given(alice), given(bob)) == ([5], [5])
    merges.merge(survivor_id=alice.pk, retired_id=bob.pk, at=NOW)
    shop_of.work(NOW)
    # The first step once, and with three friends the second.
    assert sorted(given(alice)) == [5, 50]
    assert till.balances(alice)[1] == 55
    assert PrizeGrant.objects.filter(state="UNDONE").count() == 1
    assert shop_of.code_of(alice)
    assert shop_of.join(4, bob).referrer_id == alice.pk


def test_the_device_of_who_joined_by_themselves_is_known_too(shop):
    shop_of.live(*BOTH)
    told = Introduction(device="d-1", payment_card="tok-1")
    alone = shop_of.newcomer(1, told=told)
    friend = shop_of.join(2, alone, device=" d-1", payment_card="tok-2")
    assert (shop_of.of(friend).state, shop_of.of(friend).reasons) == ("REVIEW", ["same_device"])


def test_a_card_that_is_told_is_compared_with_those_that_paid_for_orders(alice):
    shop_of.live(*BOTH)
    till.sell("o-a", till.line("1", 1_000), metadata={"payment_card": "tok-9"})
    friend = shop_of.join(1, alice, payment_card="tok-9 ")
    assert shop_of.of(friend).reasons == ["same_payment_card"]
    # And the other way round: told by who recommends, named by the friend's order.
    bob = shop_of.newcomer(2, told=Introduction(payment_card="tok-8"))
    other = shop_of.join(3, bob)
    shop_of.buy(3, metadata={"payment_card": "tok-8"})
    assert (shop_of.of(other).state, shop_of.of(other).reasons) == ("REVIEW", ["same_payment_card"])
    assert given(bob) == []


def test_an_order_that_matures_at_once_is_looked_at_before_it_brings_anything(alice):
    shop_of.live(("FIRST_ORDER", REFERRER, 100), maturity_days=0)
    friend = shop_of.join(1, alice)
    paid = {"payment_card": "tok-9"}
    till.sell("o-a", till.line("1", 1_000), metadata=paid)
    shop_of.buy(1, metadata=paid)
    assert (shop_of.of(friend).reasons, given(alice)) == (["same_payment_card"], [])


def test_an_order_of_before_joining_that_is_told_late_says_that_the_friend_is_not_new(alice):
    shop_of.live(("FIRST_ORDER", REFERRER, 100))
    friend = shop_of.join(1, alice)
    shop_of.buy(1, when=NOW - 9 * DAY, now=NOW)
    assert (shop_of.of(friend).reasons, given(alice)) == (["known_buyer"], [])


def test_a_ring_is_seen_through_who_joined_before_there_was_a_programme(alice):
    bob = shop_of.join(1, alice)
    assert (bob.referrer_id, Referral.objects.exists()) == (alice.pk, False)
    shop_of.live(*BOTH, claim_days=30)
    found = shop_of.claim(alice, bob)
    assert (found.state, found.reasons) == ("REVIEW", ["ring"])


def test_two_cards_of_one_person_that_recommended_each_other_keep_nothing(alice, boss):
    shop_of.live(*BOTH, claim_days=30)
    bob = shop_of.join(1, alice)
    found = shop_of.claim(alice, bob)
    referral_reviews.accept(referral_id=found.pk, actor=boss, at=NOW)
    assert (given(alice), given(bob)) == ([10], [20])

    merges.merge(survivor_id=alice.pk, retired_id=bob.pk, at=NOW)
    shop_of.work(NOW)

    assert (given(alice), till.balances(alice)) == ([], (0, 0, 0))
    assert set(Referral.objects.values_list("state", "decision")) == {("REFUSED", "merged")}


def test_a_merge_of_who_recommended_since_stays_when_the_friends_part_again(alice, bob):
    shop_of.live(*BOTH)
    first, second = shop_of.join(1, alice), shop_of.join(2, alice, when=NOW + DAY)
    merges.merge(survivor_id=second.pk, retired_id=first.pk, at=NOW + 2 * DAY)
    merges.merge(survivor_id=bob.pk, retired_id=alice.pk, at=NOW + 3 * DAY)
    made = MemberMerge.objects.get(survivor_id=second.pk)
    merge_undos.undo(merge_id=made.pk, at=NOW + 4 * DAY)
    shop_of.work(NOW + 4 * DAY)
    assert set(Referral.objects.values_list("referrer_id", "state")) == {(bob.pk, "REGISTERED")}
    assert given(bob) == [10, 10]
