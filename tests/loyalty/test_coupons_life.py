"""A coupon's life: issued → claimed → locked → redeemed, and how it ends. Never two uses."""

from datetime import timedelta

import pytest

from loyalty.models import CouponMove
from loyalty.selectors import ledger_checks
from loyalty.services.coupon_refusals import CouponRefused
from tests.loyalty import coupon_shop as shop_of
from tests.loyalty.coupon_shop import NOW, days, fresh, minutes, why

pytestmark = pytest.mark.django_db


@pytest.fixture
def ten(shop):
    return shop_of.live("ten", stock_count=5, budget_amount=5_000)


def _states(coupon):
    rows = CouponMove.objects.filter(coupon_id=coupon.pk).order_by("pk")
    return [(row.from_state, row.to_state) for row in rows]


def test_a_claimed_coupon_is_locked_redeemed_once_and_says_each_step(ten, alice):
    coupon = shop_of.claim(ten, alice)
    lock = shop_of.lock(1, coupon.code, alice)
    used = shop_of.redeem(1, coupon.code, alice, discount_amount=800)

    assert lock.locked_until == minutes(15)
    assert (used.refused, used.coupon_id, used.kind) == (None, coupon.pk, "MONEY_OFF")
    done = fresh(coupon)
    assert (done.state, done.order_id, done.discount_amount) == ("REDEEMED", 1, 800)
    assert (done.redeemed_at, done.locked_for) == (NOW, "")
    assert _states(coupon) == [("", "CLAIMED"), ("CLAIMED", "LOCKED"), ("LOCKED", "REDEEMED")]
    # 8.00 of the 10.00 that it kept were used; the rest is for others.
    assert shop_of.left(ten) == (4, 4_200)


def test_a_second_order_with_a_used_coupon_is_told_so(ten, alice):
    coupon = shop_of.claim(ten, alice)
    shop_of.redeem(1, coupon.code, alice)
    again = shop_of.redeem(2, coupon.code, alice)

    assert again.refused == {"what": "coupon", "coupon": coupon.code, "code": "coupon_redeemed"}
    assert fresh(coupon).order_id == 1


def test_the_same_order_again_finds_what_it_used_and_changes_nothing(ten, alice):
    coupon = shop_of.claim(ten, alice)
    first = shop_of.redeem(1, coupon.code, alice, discount_amount=500)
    before = shop_of.left(ten)

    assert shop_of.redeem(1, coupon.code, alice, discount_amount=500) == first
    assert shop_of.left(ten) == before
    assert len(_states(coupon)) == 2


def test_a_code_is_read_trimmed_without_hyphens_and_in_any_case(ten, alice):
    coupon = shop_of.claim(ten, alice)
    code = coupon.code
    typed = f"  {code[:4]}-{code[4:8]} {code[8:]} ".lower()

    assert shop_of.redeem(1, typed, alice).coupon_id == coupon.pk


def test_a_lock_keeps_a_coupon_from_other_orders_for_fifteen_minutes(ten, alice):
    coupon = shop_of.claim(ten, alice)
    shop_of.lock(1, coupon.code, alice)

    with pytest.raises(CouponRefused) as refused:
        shop_of.lock(2, coupon.code, alice, minutes(15) - timedelta(milliseconds=1))
    assert refused.value.code == "coupon_locked"
    assert why(shop_of.redeem(2, coupon.code, alice, when=minutes(14))) == "coupon_locked"
    assert shop_of.lock(2, coupon.code, alice, minutes(15)).locked_until == minutes(30)


def test_the_minutes_of_a_lock_are_the_type_s_or_the_checkout_s(shop, alice):
    kind = shop_of.live("slow", lock_minutes=45, limit_member=2)
    first, second = shop_of.claim(kind, alice), shop_of.claim(kind, alice, "2")

    assert shop_of.lock(1, first.code, alice).locked_until == minutes(45)
    assert shop_of.lock(2, second.code, alice, minutes=5).locked_until == minutes(5)


def test_the_same_lock_again_is_the_first_one(ten, alice):
    coupon = shop_of.claim(ten, alice)
    shop_of.lock(1, coupon.code, alice)

    assert shop_of.lock(1, coupon.code, alice, minutes(10)).locked_until == minutes(15)


def test_a_failed_payment_unlocks_a_coupon_with_its_old_validity(ten, alice):
    coupon = shop_of.claim(ten, alice)
    shop_of.lock(1, coupon.code, alice)
    released = shop_of.release(1, coupon.code, minutes(3))

    assert [(row["code"], row["state"]) for row in released] == [(coupon.code, "CLAIMED")]
    after = fresh(coupon)
    assert (after.state, after.valid_from, after.expires_at) == (
        "CLAIMED",
        coupon.valid_from,
        coupon.expires_at,
    )
    assert shop_of.redeem(2, coupon.code, alice, when=minutes(4)).refused is None


def test_a_release_again_or_by_another_order_changes_nothing(ten, alice):
    coupon = shop_of.claim(ten, alice)
    shop_of.lock(1, coupon.code, alice)

    assert shop_of.release(2, coupon.code)[0]["state"] == "LOCKED"
    shop_of.release(1, coupon.code)
    assert shop_of.release(1, coupon.code)[0]["state"] == "CLAIMED"
    assert len(_states(coupon)) == 3


def test_a_coupon_that_expires_while_it_is_locked_is_honored_for_its_order(ten, alice):
    coupon = shop_of.claim(ten, alice)
    end = coupon.expires_at
    shop_of.lock(1, coupon.code, alice, end - timedelta(minutes=5))
    shop_of.tidy(end + timedelta(minutes=5))

    assert fresh(coupon).state == "LOCKED"
    assert shop_of.redeem(1, coupon.code, alice, when=end + timedelta(minutes=9)).refused is None


def test_a_coupon_locked_over_its_end_and_let_go_is_over(ten, alice):
    coupon = shop_of.claim(ten, alice)
    end = coupon.expires_at
    shop_of.lock(1, coupon.code, alice, end - timedelta(minutes=5))
    released = shop_of.release(1, coupon.code, end)

    assert released[0]["state"] == "EXPIRED"
    assert why(shop_of.redeem(2, coupon.code, alice, when=end)) == "coupon_expired"


def test_a_lock_times_out_another_order_uses_the_code_and_the_first_order_comes(ten, alice):
    coupon = shop_of.claim(ten, alice)
    shop_of.lock(1, coupon.code, alice)

    assert shop_of.redeem(2, coupon.code, alice, when=minutes(16)).refused is None
    late = shop_of.redeem(1, coupon.code, alice, when=minutes(10), now=minutes(20))
    assert why(late) == "coupon_redeemed"
    assert fresh(coupon).order_id == 2


def test_an_order_whose_lock_timed_out_and_was_tidied_still_has_the_unused_coupon(ten, alice):
    coupon = shop_of.claim(ten, alice)
    end = coupon.expires_at
    shop_of.lock(1, coupon.code, alice, end - timedelta(minutes=5))
    # Paid at 00:05 within its lock, sent at noon, after locks and coupons were tidied.
    shop_of.tidy(end + timedelta(hours=1))
    assert fresh(coupon).state == "EXPIRED"

    used = shop_of.redeem(
        1, coupon.code, alice, when=end + timedelta(minutes=5), now=end + timedelta(hours=12)
    )
    assert used.refused is None


def test_the_instant_of_expiry_is_exclusive_whether_or_not_the_night_ran(ten, alice, bob):
    first, second = shop_of.claim(ten, alice), shop_of.claim(ten, bob)
    end = first.expires_at

    assert (
        shop_of.redeem(1, first.code, alice, when=end - timedelta(microseconds=1)).refused is None
    )
    assert why(shop_of.redeem(2, second.code, bob, when=end)) == "coupon_expired"


def test_an_order_of_before_is_honored_after_the_night_marked_its_coupon_expired(ten, alice):
    coupon = shop_of.claim(ten, alice)
    end = coupon.expires_at
    assert shop_of.tidy(end) == 1
    assert (fresh(coupon).state, shop_of.left(ten)) == ("EXPIRED", (5, 5_000))

    used = shop_of.redeem(
        1, coupon.code, alice, when=end - timedelta(minutes=1), now=end + timedelta(days=2)
    )
    assert (used.refused, fresh(coupon).state) == (None, "REDEEMED")
    assert shop_of.left(ten) == (4, 4_000)


def test_a_late_order_is_honored_beyond_a_stock_that_somebody_else_has_taken_since(
    shop, alice, bob
):
    kind = shop_of.live(stock_count=1, budget_amount=1_000, validity="DAYS", valid_days=1)
    coupon = shop_of.claim(kind, alice)
    end = coupon.expires_at
    other = shop_of.claim(kind, bob, when=end)

    late = shop_of.redeem(1, coupon.code, alice, when=end - timedelta(hours=1), now=end)
    assert (late.refused, fresh(coupon).end_reason) == (None, "late")
    assert (fresh(other).state, shop_of.left(kind)) == ("CLAIMED", (0, 0))
    assert ledger_checks.findings() == []
    shop_of.give_back(1, end)
    assert (fresh(coupon).state, shop_of.left(kind)) == ("EXPIRED", (0, 0))
    assert ledger_checks.findings() == []


def test_a_coupon_that_is_not_valid_yet_says_so(shop, alice):
    kind = shop_of.live("later", valid_from=days(1))
    coupon = shop_of.claim(kind, alice)

    assert why(shop_of.redeem(1, coupon.code, alice)) == "coupon_not_yet"
    assert shop_of.redeem(1, coupon.code, alice, when=days(1)).refused is None


def test_somebody_else_s_code_is_refused_and_tells_nothing_of_it(ten, alice, bob):
    coupon = shop_of.claim(ten, alice)
    shop_of.redeem(1, coupon.code, alice)

    assert why(shop_of.redeem(2, coupon.code, bob)) == "coupon_not_yours"
    assert why(shop_of.redeem(3, coupon.code, None)) == "coupon_not_yours"


def test_a_code_that_nobody_has_is_not_found(ten, alice):
    used = shop_of.redeem(1, "NOSUCHCODE22", alice)

    assert why(used) == "coupon_not_found"
    assert (used.coupon_id, used.type_id, used.kind) == (None, None, "")
