"""Redemptions that end: canceled, handed over, over; coupons and donations."""

from datetime import timedelta

import pytest

from loyalty.models import Coupon, LedgerEntry, Lot, Program, Redemption, RedemptionMove
from loyalty.selectors import ledger_checks
from loyalty.services import coupons, programs
from loyalty.services.reward_refusals import (
    RedemptionCanceled,
    RedemptionExpired,
    RedemptionFinal,
    RedemptionHandedOver,
    StoreRequired,
    WrongStore,
)
from members.errors import ReasonRequired
from members.models import Event, Store
from tests.loyalty import coupon_shop
from tests.loyalty.reward_shop import (
    NOW,
    active,
    ask,
    cancel,
    days,
    hand_over,
    held,
    left,
    live,
    minutes,
    pay,
    rich,
    tidy,
    used,
)
from tests.loyalty.till import at

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def sound():
    yield
    assert ledger_checks.findings() == []


def fresh(row):
    return Redemption.objects.get(pk=row.pk)


def steps(row):
    moves = RedemptionMove.objects.filter(redemption_id=row.pk).order_by("pk")
    return [(one.from_state, one.to_state, one.reason) for one in moves]


def told():
    found = Event.objects.filter(type__startswith="loyalty.redemption.").order_by("pk")
    return [(one.type.rpartition(".")[2], one.payload) for one in found]


def test_canceled_points_are_back_in_their_own_lots_with_their_old_expiry(alice):
    rich(alice, 200, at("2027-01-01T00:00"))
    rich(alice, 500, at("2028-01-01T00:00"))
    mug = live(stock_count=1, limit_member=1)
    row = ask(mug, alice)
    assert list(Lot.objects.order_by("pk").values_list("remaining_points", flat=True)) == [0, 400]

    done = cancel(row)

    assert (done.state, done.returned_points, done.end_reason) == ("CANCELED", 300, "by_member")
    assert list(Lot.objects.order_by("pk").values_list("remaining_points", "expires_at")) == [
        (200, at("2027-01-01T00:00")),
        (500, at("2028-01-01T00:00")),
    ]
    assert (left(mug), used(alice)) == (1, 0)
    assert cancel(row).pk == row.pk
    assert LedgerEntry.objects.filter(kind="RESTORE").count() == 1
    with pytest.raises(RedemptionCanceled):
        hand_over(row)


def test_what_lapsed_while_it_was_spent_lapses_when_it_comes_back_unless_there_is_grace(alice):
    rich(alice, 200, days(10))
    rich(alice, 500)
    mug = live()
    row, other = ask(mug, alice, "1"), ask(mug, alice, "2")

    cancel(row, when=days(12))
    # 200 of the first lot lapsed on day 10.
    assert active(alice) == 200

    Program.objects.update(restore_grace_days=7)
    programs.forget()
    cancel(other, when=days(12))
    assert active(alice) == 500


def test_money_that_was_paid_is_told_and_staff_say_why_they_cancel(alice):
    rich(alice)
    mug = live(price_amount=2_000)
    row = pay(ask(mug, alice), 2_000)
    with pytest.raises(ReasonRequired):
        cancel(row, "by_staff", " ")

    done = cancel(row, "by_staff", "broken")

    assert (done.end_reason, steps(done)[-1]) == ("broken", ("READY", "CANCELED", "by_staff"))
    assert told()[-1][1] | {"redemption": "", "reward": ""} == {
        "redemption": "",
        "reward": "",
        "returned_points": 300,
        "money_back_amount": 2_000,
    }


def test_an_unpaid_one_that_is_canceled_lets_go_of_its_points_and_owes_nobody_money(alice):
    rich(alice)
    mug = live(price_amount=2_000, stock_count=1)
    row = ask(mug, alice)

    cancel(row)

    assert (held(alice), active(alice), left(mug)) == (0, 1_000, 1)
    assert told()[-1][1]["money_back_amount"] == 0
    assert told()[-1][1]["returned_points"] == 0
    with pytest.raises(RedemptionCanceled):
        pay(row, 2_000)


def test_it_is_handed_over_once_in_a_store_of_the_reward(alice):
    rich(alice)
    jingan = Store.objects.get(code="SH01")
    other = Store.objects.create(code="SH02", name_en="Xuhui")
    mug = live(stores=[jingan])
    row = ask(mug, alice)
    with pytest.raises(StoreRequired):
        hand_over(row)
    with pytest.raises(WrongStore):
        hand_over(row, store=other)

    done = hand_over(row, "c-1", jingan)

    assert (done.state, done.fulfilled_at) == ("FULFILLED", NOW)
    assert hand_over(row, "c-1", jingan, minutes(5)).fulfilled_at == NOW
    with pytest.raises(RedemptionHandedOver) as refusal:
        hand_over(row, "c-2", jingan, minutes(5))
    assert refusal.value.details == {"fulfilled_at": "2026-11-21T06:00:00+00:00", "store": "SH01"}
    with pytest.raises(RedemptionHandedOver):
        cancel(row)
    assert told()[-1][1]["store"] == "SH01"


def test_what_nobody_picks_up_is_over_and_gives_its_points_back_or_not(alice):
    """Judged at the last instant, whenever the night comes: 200 of the points lapse on day 40."""
    rich(alice, 200, days(40))
    rich(alice, 600)
    back = ask(live("back", stock_count=1), alice, "1")
    kept = ask(live("kept", stock_count=1, returns_points=False), alice, "2")
    ends_at = at("2026-12-22T00:00")
    with pytest.raises(RedemptionExpired):
        hand_over(back, when=ends_at)

    assert tidy(ends_at - timedelta(microseconds=1)) == 0
    assert tidy(days(35)) == 2
    assert tidy(days(35)) == 0

    assert (fresh(back).state, fresh(back).returned_points) == ("EXPIRED", 300)
    assert (fresh(kept).state, fresh(kept).returned_points) == ("EXPIRED", 0)
    assert (fresh(back).ended_at, active(alice), used(alice)) == (ends_at, 500, 0)
    assert [name for name, _ in told()][-2:] == ["expired", "expired"]
    # A night that comes late finds the same: what lapsed meanwhile lapsed at its own time.
    with pytest.raises(RedemptionExpired):
        cancel(back, when=days(50))


def test_a_coupon_is_there_at_once_and_can_be_canceled_until_it_is_used(alice):
    rich(alice)
    kind = coupon_shop.live("ten", stock_count=10, limit_member=None)
    reward = live("coupon", kind="COUPON", coupon_type=kind, stock_count=9)

    row = ask(reward, alice, quantity=2)

    assert (row.state, row.pickup_code, len(row.coupon_ids)) == ("FULFILLED", "", 2)
    coupon = Coupon.objects.get(pk=row.coupon_ids[0])
    assert (coupon.member_id, coupon.origin) == (alice.pk, "REWARD")
    cancel(row)
    assert set(Coupon.objects.values_list("state", flat=True)) == {"VOID"}
    assert (active(alice), left(reward), coupon_shop.left(kind)[0]) == (1_000, 9, 10)

    second = ask(reward, alice, "2")
    used_code = Coupon.objects.get(pk=second.coupon_ids[0]).code
    coupon_shop.redeem(1, used_code, alice)
    with pytest.raises(RedemptionFinal):
        cancel(second)
    assert (active(alice), fresh(second).state) == (700, "FULFILLED")


def test_a_coupon_given_to_a_friend_is_not_bought_back(alice, bob):
    rich(alice)
    kind = coupon_shop.live("ten", is_transferable=True)
    row = ask(live("coupon", kind="COUPON", coupon_type=kind), alice)
    code = Coupon.objects.get(pk=row.coupon_ids[0]).code
    coupons.transfer(
        code=code, from_member_id=alice.pk, to_member_id=bob.pk, key="gift", at=days(0)
    )

    with pytest.raises(RedemptionFinal):
        cancel(row)

    assert active(alice) == 700


def test_a_donation_is_final_and_a_coupon_that_is_gone_takes_no_points(alice):
    rich(alice)
    row = ask(live("trees", kind="DONATION"), alice)
    kind = coupon_shop.live("ten", stock_count=1)
    coupon = live("coupon", kind="COUPON", coupon_type=kind)
    coupon_shop.grant(kind, alice)

    assert row.state == "FULFILLED"
    with pytest.raises(RedemptionFinal):
        cancel(row)
    with pytest.raises(Exception, match="None of these are left"):
        ask(coupon, alice, "2")

    assert active(alice) == 700
