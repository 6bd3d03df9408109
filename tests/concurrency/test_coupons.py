"""Coupons from many tills at the same moment: never two uses, never one too many."""

from collections import Counter
from itertools import chain

import pytest

from loyalty.models import Coupon, CouponBatch, Order
from loyalty.selectors import ledger_checks
from loyalty.services import coupon_nights, coupon_redemptions, coupons, orders
from loyalty.services.coupon_refusals import CouponRefused
from members.services import members, merges
from members.services.identities import IdentityClaim
from tests.concurrency.processes import at_once, shared_out
from tests.loyalty import coupon_shop as shop_of
from tests.loyalty import till
from tests.loyalty.coupon_shop import NOW, UNTIL, minutes
from tests.loyalty.till import line


def _tried(work, *args, **options):
    """The code of the refusal, or nothing where it worked."""
    try:
        work(*args, **options)
    except CouponRefused as refused:
        return refused.code
    return ""


def _sell(number, code, phone="13800138000"):
    sent = till.document(f"o-{number}", line("1", 10_000), phone=phone, coupons=[code])
    return orders.record(order=sent, source=till.TILL, at=NOW).answer["refused"]


def test_one_code_in_fifty_orders_is_used_once_and_all_fifty_are_recorded(alice):
    coupon = shop_of.claim(shop_of.live(), alice)

    def work(number):
        mine = shared_out(range(50), number, 16)
        return [_sell(order, coupon.code) for order in mine]

    refused = list(chain.from_iterable(at_once(work, processes=16)))

    reasons = Counter(one["code"] for rows in refused for one in rows)
    assert (len(refused), reasons) == (50, {"coupon_redeemed": 49})
    assert Order.objects.count() == 50
    assert Coupon.objects.get().order_id in Order.objects.values_list("pk", flat=True)
    assert ledger_checks.findings() == []


def test_one_printed_code_from_fifty_guests_is_used_once(shop):
    kind = shop_of.live(stock_count=10)
    code = _printed(kind)

    def work(number):
        return [
            shop_of.why(shop_of.redeem(order, code, holder=f"guest:{order}"))
            for order in shared_out(range(50), number)
        ]

    reasons = Counter(chain.from_iterable(at_once(work)))
    assert reasons == {"": 1, "coupon_redeemed": 49}
    assert ledger_checks.findings() == []


@pytest.mark.parametrize(
    ("stock", "claims", "people"),
    [(60, 300, 120), pytest.param(1_000, 5_000, 2_000, marks=pytest.mark.volume)],
)
def test_a_stock_goes_to_as_many_members_and_nobody_has_two(shop, stock, claims, people):
    """One for each: five times as many claims as there are coupons, most members come twice."""
    kind = shop_of.live(stock_count=stock, budget_amount=stock * 1_000)
    ids = _crowd(people)
    reasons: Counter[str] = Counter()
    # In rounds: a process answers within a minute.
    for start in range(0, claims, 1_000):
        turns = range(start, start + 1_000)

        def work(number, turns=turns):
            return [_claim(ids[turn % people], turn) for turn in shared_out(turns, number)]

        reasons.update(chain.from_iterable(at_once(work)))

    assert reasons[""] == stock
    assert set(reasons) <= {"", "coupon_stock", "coupon_budget", "coupon_limit"}
    holders = Coupon.objects.values_list("member_id", flat=True)
    assert len(holders) == len(set(holders)) == stock
    assert shop_of.left(kind) == (0, 0)
    assert ledger_checks.findings() == []


def _claim(member_id, turn):
    return _tried(coupons.claim, type_code="ten", member_id=member_id, key=str(turn), at=NOW)


def test_a_budget_of_3000_and_a_hundred_grants_of_50_give_60_and_one_more_after_an_expiry(alice):
    kind = shop_of.live(amount=5_000, budget_amount=300_000)

    def work(number):
        return [
            _tried(coupons.grant, type_code="ten", member_id=alice.pk, key=f"g-{turn}", at=NOW)
            for turn in shared_out(range(100), number)
        ]

    assert Counter(chain.from_iterable(at_once(work))) == {"": 60, "coupon_budget": 40}

    first = Coupon.objects.order_by("pk")[0]
    Coupon.objects.filter(pk=first.pk).update(expires_at=minutes(1))

    def more(number):
        return _tried(
            coupons.grant, type_code="ten", member_id=alice.pk, key=f"m-{number}", at=minutes(1)
        )

    assert Counter(at_once(more)) == {"": 1, "coupon_budget": 7}
    assert shop_of.left(kind) == (None, 0)
    assert ledger_checks.findings() == []


def test_one_claim_sent_sixteen_times_at_once_gives_one_coupon(alice):
    for limit in (1, None):
        kind = shop_of.live(f"t{limit}", limit_member=limit)

        def work(number, kind=kind):
            return shop_of.claim(kind, alice, kind.code).pk

        assert len(set(at_once(work, processes=16))) == 1
    assert Coupon.objects.count() == 2
    assert ledger_checks.findings() == []


def test_one_lock_of_a_public_code_sent_eight_times_at_once_is_one_lock(alice):
    kind = shop_of.live(public_code="WELCOME10", limit_member=None, stock_count=20)

    def work(number):
        return shop_of.lock(1, "WELCOME10", None).coupon_id

    assert len(set(at_once(work))) == 1
    assert (Coupon.objects.count(), shop_of.left(kind)) == (1, (19, None))
    assert ledger_checks.findings() == []


def test_of_eight_checkouts_that_lock_one_coupon_one_has_it(alice):
    coupon = shop_of.claim(shop_of.live(), alice)

    def work(number):
        return _tried(shop_of.lock, number, coupon.code, alice)

    assert Counter(at_once(work)) == {"": 1, "coupon_locked": 7}


def test_a_lock_that_timed_out_is_tidied_and_taken_by_another_at_once(alice):
    kind = shop_of.live(public_code="WELCOME10", limit_member=None, stock_count=8)
    for order in range(8):
        shop_of.lock(order, "WELCOME10", alice)

    def work(number):
        if number == 0:
            # How many it tidies depends on who was first; the uses tidy what they need.
            list(coupon_nights.settle(at=minutes(15)))
            return ""
        return shop_of.why(shop_of.redeem(100 + number, "WELCOME10", alice, when=minutes(15)))

    assert Counter(at_once(work)) == {"": 8}
    list(coupon_nights.settle(at=minutes(15)))
    assert shop_of.left(kind) == (1, None)
    assert ledger_checks.findings() == []


def test_a_refund_delivered_eight_times_at_once_returns_a_coupon_once(alice):
    kind = shop_of.live(budget_amount=5_000, stock_count=5)
    coupon = shop_of.claim(kind, alice)
    shop_of.redeem(1, coupon.code, alice, discount_amount=700)

    def work(number):
        return len(coupon_redemptions.give_back(order_id=1, at=NOW))

    assert sorted(at_once(work)) == [0] * 7 + [1]
    assert shop_of.left(kind) == (4, 4_000)
    assert ledger_checks.findings() == []


def test_use_gift_void_and_expiry_of_one_coupon_at_once_are_one_of_them(alice):
    bob = till.register("13900139000", "Bob")
    kind = shop_of.live(is_transferable=True, limit_member=None, stock_count=50)
    mine = [shop_of.claim(kind, alice, str(number)) for number in range(12)]

    def work(number):
        for coupon in mine:
            if number % 4 == 0:
                shop_of.redeem(coupon.pk, coupon.code, alice)
            elif number % 4 == 1:
                _tried(
                    coupons.transfer, code=coupon.code, from_member_id=alice.pk,
                    to_member_id=bob.pk, key=f"k-{coupon.pk}", at=NOW,
                )  # fmt: skip
            elif number % 4 == 2:
                _tried(coupons.void, coupon_id=coupon.pk, reason="x", at=NOW)
            else:
                sum(coupon_nights.settle(at=UNTIL))

    at_once(work)
    ends = Coupon.objects.filter(pk__in=[one.pk for one in mine])
    assert set(ends.values_list("state", flat=True)) <= {"REDEEMED", "VOID", "EXPIRED"}
    assert ledger_checks.findings() == []


def test_orders_with_several_coupons_in_any_order_lock_nobody_out(alice):
    kinds = [
        shop_of.live(f"t{n}", public_code=f"PUBLIC{n}", limit_member=None, stock_count=300,
                     budget_amount=300_000)
        for n in range(3)
    ]  # fmt: skip

    def work(number):
        codes = [f"PUBLIC{(n + number) % 3}" for n in range(3)]
        found = []
        for turn in range(12):
            order = number * 100 + turn
            uses = [shop_of.use(order, code, alice, discount_amount=300) for code in codes]
            found += coupon_redemptions.redeem(uses=uses, at=NOW)
        return [shop_of.why(one) for one in found]

    assert Counter(chain.from_iterable(at_once(work))) == {"": 288}
    assert [shop_of.left(kind) for kind in kinds] == [(204, 271_200)] * 3
    assert ledger_checks.findings() == []


def test_grants_to_a_member_who_is_merged_meanwhile_reach_the_survivor(alice):
    bob = till.register("13900139000", "Bob")
    kind = shop_of.live(limit_member=None)

    def work(number):
        if number == 0:
            merges.merge(survivor_id=alice.pk, retired_id=bob.pk, at=NOW)
            return
        for turn in range(5):
            shop_of.grant(kind, bob, f"g-{number}-{turn}")

    at_once(work)
    assert set(Coupon.objects.values_list("member_id", flat=True)) == {alice.pk}
    assert (Coupon.objects.count(), shop_of.used(kind, alice)) == (35, 35)
    assert ledger_checks.findings() == []


def _printed(kind):
    batch = CouponBatch.objects.create(type=kind, count=1, created_at=NOW)
    shop_of.make(batch, ["PRINTEDCODE2"])
    return "PRINTEDCODE2"


def _crowd(count):
    """Ids of as many members, registered by the hundred."""
    people = [
        members.Registration(identities=(IdentityClaim("PHONE", f"137{number:08d}"),))
        for number in range(count)
    ]
    made = [
        members.register_many(registrations=people[start : start + 100], at=NOW)
        for start in range(0, count, 100)
    ]
    return [one.member.pk for one in chain.from_iterable(made)]
