"""How coupons come back and end: refunds, gifts to friends, void, the night, merges."""

import pytest

from loyalty.events import CouponExpired
from loyalty.models import Coupon, CouponMove
from loyalty.selectors import coupons as found
from loyalty.selectors import ledger_checks
from loyalty.services import coupon_batches, coupon_redemptions, coupons
from loyalty.services.coupon_refusals import CouponKeyReused
from members.errors import NotFound, ReasonRequired
from members.models import Event, Job
from members.services import jobs, merges, nights
from tests.loyalty import coupon_shop as shop_of
from tests.loyalty.coupon_shop import NOW, UNTIL, days, fresh, minutes, why
from tests.loyalty.test_coupons_claims import printed, refusal

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _sound(db):
    yield
    assert ledger_checks.findings() == []


@pytest.fixture
def ten(shop):
    return shop_of.live("ten", stock_count=5, budget_amount=5_000, is_transferable=True)


def told(coupon):
    rows = Event.objects.filter(payload__coupon=str(coupon.uid)).order_by("pk")
    return [(row.type.removeprefix("loyalty.coupon."), row.member_id) for row in rows]


def give(coupon, giver, friend, key="1", when=NOW):
    return coupons.transfer(
        code=coupon.code, from_member_id=giver.pk, to_member_id=friend.pk, key=key, at=when
    )


# Refunds


def test_a_full_refund_returns_a_coupon_to_its_holder_once(ten, alice):
    coupon = shop_of.claim(ten, alice)
    shop_of.redeem(1, coupon.code, alice, discount_amount=600)
    assert shop_of.left(ten) == (4, 4_400)

    back = shop_of.give_back(1, days(2))
    assert [(row["code"], row["state"]) for row in back] == [(coupon.code, "CLAIMED")]
    assert shop_of.give_back(1, days(2)) == []
    after = fresh(coupon)
    assert (after.expires_at, after.order_id, after.discount_amount) == (UNTIL, None, 0)
    # It keeps its 10.00 of the budget again.
    assert shop_of.left(ten) == (4, 4_000)
    assert [name for name, _ in told(coupon)] == ["claimed", "redeemed", "returned"]


def test_a_returned_coupon_is_used_again_and_the_first_order_s_refund_again_takes_nothing(
    ten, alice
):
    coupon = shop_of.claim(ten, alice)
    shop_of.redeem(1, coupon.code, alice)
    shop_of.give_back(1)

    assert shop_of.redeem(2, coupon.code, alice).refused is None
    assert shop_of.give_back(1) == []
    assert (fresh(coupon).state, fresh(coupon).order_id) == ("REDEEMED", 2)


def test_a_coupon_that_expired_meanwhile_does_not_come_back_but_its_budget_does(ten, alice):
    coupon = shop_of.claim(ten, alice)
    shop_of.redeem(1, coupon.code, alice)

    assert [row["state"] for row in shop_of.give_back(1, UNTIL)] == ["EXPIRED"]
    assert shop_of.left(ten) == (5, 5_000)
    assert why(shop_of.redeem(2, coupon.code, alice, when=UNTIL)) == "coupon_expired"


def test_a_type_may_keep_its_coupons_used_after_a_refund(shop, alice):
    kind = shop_of.live(returns_on_refund=False, stock_count=5, budget_amount=5_000)
    coupon = shop_of.claim(kind, alice)
    shop_of.redeem(1, coupon.code, alice)

    for _ in range(3):
        assert [row["state"] for row in shop_of.give_back(1)] == ["REDEEMED"]
    assert shop_of.left(kind) == (4, 5_000)
    assert why(shop_of.redeem(2, coupon.code, alice)) == "coupon_redeemed"


def test_a_printed_code_comes_back_to_the_member_and_a_guest_s_to_nobody(shop, alice, bob):
    kind = shop_of.live()
    first, second = printed(kind, 2)
    shop_of.redeem(1, first.code, alice)
    shop_of.redeem(2, second.code, None, holder="guest:zz")
    shop_of.give_back(1)
    shop_of.give_back(2)

    assert (fresh(first).state, fresh(first).member_id) == ("CLAIMED", alice.pk)
    assert (fresh(second).state, fresh(second).holder) == ("ISSUED", "")
    assert shop_of.redeem(3, second.code, bob).refused is None


def test_a_public_code_comes_back_to_the_member_s_hand_and_a_guest_may_use_it_anew(shop, alice):
    kind = shop_of.live(public_code="WELCOME10", stock_count=5)
    mine = shop_of.redeem(1, "WELCOME10", alice)
    shop_of.redeem(2, "WELCOME10", None, holder="guest:zz")

    assert shop_of.give_back(1)[0]["state"] == "CLAIMED"
    (back,) = shop_of.give_back(2)
    assert (back["code"], back["state"]) == ("WELCOME10", "VOID")
    assert shop_of.left(kind) == (4, None)
    assert shop_of.redeem(3, "WELCOME10", alice).coupon_id == mine.coupon_id
    assert shop_of.redeem(4, "WELCOME10", None, holder="guest:zz").refused is None


def test_a_gift_that_was_not_used_is_void_when_its_order_comes_back(ten, alice):
    unused, spent = shop_of.grant(ten, alice), shop_of.grant(ten, alice)
    shop_of.redeem(1, spent.code, alice)
    ids = [unused.pk, spent.pk]

    assert coupon_redemptions.void_unused(coupon_ids=ids, reason="refund", at=NOW) == 1
    assert coupon_redemptions.void_unused(coupon_ids=ids, reason="refund", at=NOW) == 0
    assert (fresh(unused).state, fresh(spent).state) == ("VOID", "REDEEMED")
    assert (shop_of.used(ten, alice), shop_of.left(ten)) == (1, (4, 4_000))


# Gifts to friends


def test_a_friend_gets_another_code_with_the_same_life_and_the_old_one_is_void(ten, alice, bob):
    old = shop_of.claim(ten, alice)
    new = give(old, alice, bob, when=days(1))

    assert (new.member_id, new.state, new.expires_at) == (bob.pk, "CLAIMED", old.expires_at)
    assert new.code != old.code
    assert (fresh(old).state, fresh(old).replaced_by_id) == ("VOID", new.pk)
    assert why(shop_of.redeem(1, old.code, alice)) == "coupon_void"
    assert shop_of.redeem(2, new.code, bob).refused is None
    assert shop_of.left(ten) == (4, 4_000)
    assert told(old) == [("claimed", alice.pk), ("transferred", alice.pk)]
    assert told(new) == [("transferred", bob.pk), ("redeemed", bob.pk)]


def test_the_same_gift_again_is_the_same_one(ten, alice, bob):
    old = shop_of.claim(ten, alice)

    assert give(old, alice, bob) == give(old, alice, bob)
    with pytest.raises(CouponKeyReused):
        give(old, alice, shop_of.till.register("13700137000"))


def test_a_gift_counts_for_both_and_a_friend_who_had_one_gets_no_more(ten, alice, bob):
    old = shop_of.claim(ten, alice)
    shop_of.claim(ten, bob)

    assert refusal(give, old, alice, bob) == "coupon_limit"
    carol = shop_of.till.register("13700137000")
    give(old, alice, carol)
    assert (shop_of.used(ten, alice), shop_of.used(ten, carol)) == (1, 1)
    assert refusal(shop_of.claim, ten, alice, "again") == "coupon_limit"


def test_what_is_locked_used_over_or_not_meant_for_friends_is_not_given_on(shop, alice, bob):
    kind = shop_of.live(is_transferable=True, limit_member=None)
    plain = shop_of.live("plain", is_transferable=False)
    mine = [shop_of.claim(kind, alice, str(number)) for number in range(3)]
    shop_of.lock(1, mine[0].code, alice)
    shop_of.redeem(2, mine[1].code, alice)

    assert refusal(give, mine[0], alice, bob) == "coupon_locked"
    assert refusal(give, mine[1], alice, bob) == "coupon_redeemed"
    assert refusal(give, mine[2], alice, bob, when=UNTIL) == "coupon_expired"
    assert refusal(give, mine[2], bob, alice) == "coupon_not_yours"
    assert refusal(give, mine[2], alice, alice) == "coupon_same_member"
    assert refusal(give, shop_of.claim(plain, alice, "p"), alice, bob) == "coupon_not_transferable"
    assert Coupon.objects.filter(member=bob).count() == 0
    assert give(mine[0], alice, bob, when=minutes(15)).member_id == bob.pk


# Void


def test_a_void_coupon_gives_back_stock_budget_and_claim_once(ten, alice):
    coupon = shop_of.claim(ten, alice)
    for _ in range(2):
        done = coupons.void(coupon_id=coupon.pk, reason="wrong person", at=NOW)
    assert (done.state, done.end_reason) == ("VOID", "wrong person")
    assert (shop_of.left(ten), shop_of.used(ten, alice)) == ((5, 5_000), 0)
    assert shop_of.claim(ten, alice, "again").state == "CLAIMED"
    assert told(coupon) == [("claimed", alice.pk), ("voided", alice.pk)]


def test_a_void_needs_a_reason_and_something_unused(ten, alice):
    coupon = shop_of.claim(ten, alice)

    with pytest.raises(ReasonRequired):
        coupons.void(coupon_id=coupon.pk, reason="  ", at=NOW)
    with pytest.raises(NotFound):
        coupons.void(coupon_id=0, reason="x", at=NOW)
    shop_of.redeem(1, coupon.code, alice)
    assert refusal(coupons.void, coupon_id=coupon.pk, reason="x", at=NOW) == "coupon_redeemed"


def test_the_shop_calls_back_a_locked_coupon_too_and_its_order_is_told(ten, alice):
    coupon = shop_of.claim(ten, alice)
    shop_of.lock(1, coupon.code, alice)
    coupons.void(coupon_id=coupon.pk, reason="fraud", at=NOW)

    assert why(shop_of.redeem(1, coupon.code, alice)) == "coupon_void"


def test_a_batch_that_is_called_back_counts_no_more_at_once(shop, alice, bob):
    kind = shop_of.live(stock_count=10, limit_member=None)
    first, second, third = printed(kind, 3)
    shop_of.redeem(1, first.code, alice)
    shop_of.enter(second.code, bob)
    coupon_batches.void(batch_id=first.batch_id, reason="printed twice", at=NOW)

    assert why(shop_of.redeem(2, third.code, bob)) == "coupon_void"
    assert refusal(shop_of.enter, third.code, bob) == "coupon_void"
    assert found.state_of(coupon=fresh(second), at=NOW) == "VOID"
    job = Job.objects.get(kind=coupon_batches.VOID)
    assert jobs.run(job_id=job.pk, clock=lambda: NOW) == Job.State.DONE
    assert [fresh(one).state for one in (first, second, third)] == ["REDEEMED", "VOID", "VOID"]
    assert (shop_of.left(kind), shop_of.used(kind, bob)) == ((9, None), 0)
    coupon_batches.void(batch_id=first.batch_id, reason="again", at=NOW)
    assert Job.objects.filter(kind=coupon_batches.VOID).count() == 1


# Night


def test_the_night_expires_what_is_due_and_tells_members_once(shop, alice):
    kind = shop_of.live(stock_count=9, budget_amount=9_000)
    mine = shop_of.claim(kind, alice)
    printed(kind, 3)

    assert nights.run(at=UNTIL)["loyalty.coupons"] == 4
    assert nights.run(at=days(31))["loyalty.coupons"] == 0
    assert shop_of.left(kind) == (9, 9_000)
    (event,) = Event.objects.filter(type=CouponExpired.type)
    assert (event.member_id, event.occurred_at) == (alice.pk, UNTIL)
    assert event.payload == {"coupon": str(mine.uid), "coupon_type": "ten"}
    # Whoever had theirs and let it expire has had it.
    assert shop_of.used(kind, alice) == 1


def test_the_night_lets_go_of_locks_that_timed_out(ten, alice):
    coupon = shop_of.claim(ten, alice)
    shop_of.lock(1, coupon.code, alice)

    assert shop_of.tidy(minutes(14)) == 0
    assert shop_of.tidy(minutes(15)) == 1
    assert fresh(coupon).state == "CLAIMED"
    moves = CouponMove.objects.filter(coupon_id=coupon.pk).order_by("pk")
    assert [move.reason for move in moves] == ["claim", "", "lock_over"]


# Merges


def test_a_merged_member_s_coupons_and_uses_are_the_survivor_s(shop, alice, bob):
    kind = shop_of.live(limit_member=2, limit_member_day=None)
    mine, theirs = shop_of.claim(kind, alice), shop_of.claim(kind, bob)
    merges.merge(survivor_id=alice.pk, retired_id=bob.pk, at=NOW)

    assert {row.member_id for row in Coupon.objects.all()} == {alice.pk}
    assert (shop_of.used(kind, alice), shop_of.used(kind, bob)) == (2, 0)
    assert refusal(shop_of.claim, kind, alice, "3") == "coupon_limit"
    assert shop_of.redeem(1, theirs.code, alice).refused is None
    assert list(found.usable(member_id=alice.pk, at=NOW)) == [mine]


def test_a_coupon_for_a_member_who_was_merged_goes_to_the_survivor(shop, alice, bob):
    kind = shop_of.live(limit_member=None)
    first = shop_of.grant(kind, bob, "k")
    merges.merge(survivor_id=alice.pk, retired_id=bob.pk, at=NOW)

    assert shop_of.grant(kind, bob, "k") == first
    assert shop_of.grant(kind, bob, "k2").member_id == alice.pk
