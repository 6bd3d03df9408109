"""Rewards for points, and for points and money: asked for, paid, picked up, canceled, over."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from loyalty.errors import InsufficientPoints
from loyalty.models import LedgerEntry, Redemption, RedemptionMove, Tier
from loyalty.selectors import ledger_checks
from loyalty.services import redemption_payments, rewards
from loyalty.services.redemption_payments import Payment
from loyalty.services.reward_refusals import (
    PaymentDiffers,
    PaymentUsed,
    RedemptionConflict,
    RedemptionExpired,
    RedemptionNotPaid,
    RedemptionPaid,
    RewardRefused,
)
from members.models import Event
from tests import world
from tests.loyalty import coupon_shop
from tests.loyalty.reward_shop import (
    NOW,
    active,
    ask,
    cancel,
    hand_over,
    held,
    left,
    live,
    minutes,
    pay,
    rich,
    used,
)
from tests.loyalty.till import TILL, at

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


def test_points_alone_are_spent_at_once_and_a_code_waits_for_the_pick_up(alice):
    rich(alice)
    mug = live(stock_count=5, limit_member=2)

    row = ask(mug, alice)

    assert (row.state, row.points, row.money_amount) == ("READY", 300, 0)
    assert (active(alice), left(mug), used(alice)) == (700, 4, 1)
    assert len(row.pickup_code) == 12
    assert not set(row.pickup_code) & set("01OIL")
    # 30 days for the pick-up, through the end of the last one.
    assert row.expires_at == at("2026-12-22T00:00")
    assert steps(row) == [("", "REQUESTED", ""), ("REQUESTED", "READY", "")]
    entry = LedgerEntry.objects.get(kind="REDEEM")
    assert (entry.source_type, entry.source_id, entry.points) == ("REDEMPTION", row.pk, -300)
    assert [name for name, _ in told()] == ["requested", "made_ready"]
    assert row.pickup_code not in str(told())


def test_the_same_number_again_gives_the_same_redemption_and_another_content_is_refused(alice, bob):
    rich(alice)
    rich(bob)
    mug = live(stock_count=5)
    first = ask(mug, alice, "7")

    assert ask(mug, alice, "7").pk == first.pk
    with pytest.raises(RedemptionConflict):
        ask(mug, alice, "7", quantity=2)
    with pytest.raises(RedemptionConflict):
        ask(mug, bob, "7")

    assert (active(alice), active(bob), left(mug)) == (700, 1_000, 4)
    hand_over(first)
    assert ask(mug, alice, "7").state == "FULFILLED"


@pytest.mark.parametrize(
    ("fields", "moment", "why"),
    [
        ({"valid_from": minutes(1)}, NOW, "reward_not_yet"),
        ({"valid_until": NOW}, NOW, "reward_over"),
        ({"limit_member": 1}, NOW, "reward_limit"),
        ({"stock_count": 1}, NOW, "reward_stock"),
    ],
)
def test_a_reward_that_cannot_be_had_says_why_and_takes_nothing(alice, bob, fields, moment, why):
    rich(alice, 5_000)
    rich(bob, 5_000)
    mug = live(**fields)
    if why == "reward_limit":
        ask(mug, alice, "first")
    if why == "reward_stock":
        ask(mug, bob, "first")
    before = active(alice), left(mug), Redemption.objects.count()

    with pytest.raises(RewardRefused) as refusal:
        ask(mug, alice, "second", moment)

    assert refusal.value.code == why
    assert (active(alice), left(mug), Redemption.objects.count()) == before


def test_too_few_points_are_told_with_both_figures_and_the_piece_stays_in_stock(alice):
    rich(alice, 299)
    mug = live(stock_count=1, limit_member=1)

    with pytest.raises(InsufficientPoints) as refusal:
        ask(mug, alice)

    assert refusal.value.details == {"asked_points": 300, "available_points": 299}
    assert (left(mug), used(alice)) == (1, 0)


def test_a_tier_has_its_own_price_and_limit_and_others_have_none(alice):
    rich(alice)
    first, *_rest = Tier.objects.order_by("rank")
    other = Tier.objects.order_by("rank").last()
    mug = live("mug", tiers=[(first, 200, 1)], limit_member=5)
    fine = live("fine", tiers=[(other, None, None)])

    assert ask(mug, alice, "1").points == 200
    with pytest.raises(RewardRefused, match="as many"):
        ask(mug, alice, "2")
    with pytest.raises(RewardRefused) as refusal:
        ask(fine, alice, "3")

    assert refusal.value.code == "reward_tier"
    assert active(alice) == 800


def test_a_monthly_limit_of_one_is_free_again_on_the_first(alice):
    rich(alice)
    mug = live(limit_member=1, limit_every="MONTH")
    ask(mug, alice, "1", at("2026-11-30T23:59"))

    with pytest.raises(RewardRefused):
        ask(mug, alice, "2", at("2026-11-30T23:59"))

    assert ask(mug, alice, "3", at("2026-12-01T00:00")).state == "READY"


def test_three_pieces_cost_three_prices_and_need_room_for_three(alice):
    rich(alice)
    mug = live(stock_count=4, limit_member=3)

    assert ask(mug, alice, "1", quantity=3).points == 900
    assert (active(alice), left(mug), used(alice)) == (100, 1, 3)


def test_points_and_money_hold_the_points_until_the_money_is_paid(alice):
    rich(alice)
    mug = live(stock_count=2, price_amount=2_000)

    row = ask(mug, alice)

    assert (row.state, row.pickup_code, row.expires_at) == ("REQUESTED", "", minutes(30))
    assert (active(alice), held(alice), left(mug)) == (1_000, 300, 1)
    with pytest.raises(RedemptionNotPaid):
        hand_over(row)
    with pytest.raises(PaymentDiffers) as refusal:
        pay(row, 1_999)
    assert refusal.value.details == {"asked_amount": 2_000, "paid_amount": 1_999}

    paid = pay(row, 2_000)

    assert (paid.state, len(paid.pickup_code)) == ("READY", 12)
    assert (active(alice), held(alice)) == (700, 0)
    assert pay(row, 2_000).pickup_code == paid.pickup_code
    with pytest.raises(RedemptionPaid) as second:
        pay(row, 2_000, "pay-2")
    assert second.value.details == {"state": "READY", "money_back_amount": 2_000}


def test_one_payment_pays_for_one_redemption(alice):
    rich(alice)
    mug = live(price_amount=2_000)
    pay(ask(mug, alice, "1"), 2_000)
    other = ask(mug, alice, "2")

    with pytest.raises(PaymentUsed):
        pay(other, 2_000)

    assert (fresh(other).state, held(alice), active(alice)) == ("REQUESTED", 300, 700)


def test_a_payment_told_again_with_another_amount_is_no_money_to_give_back(alice):
    rich(alice)
    row = pay(ask(live(price_amount=2_000), alice), 2_000)

    for state in ("READY", "CANCELED"):
        assert fresh(row).state == state
        with pytest.raises(PaymentDiffers) as refusal:
            pay(row, 1_900)
        assert refusal.value.details == {"asked_amount": 2_000, "paid_amount": 1_900}
        cancel(row)


def test_a_payments_number_is_of_who_told_it_whoever_asked_for_the_reward(alice):
    rich(alice)
    mug = live(price_amount=2_000)
    own, other, third = (ask(mug, alice, number) for number in "123")
    Redemption.objects.filter(pk=other.pk).update(source="till")
    pay(own, 2_000, "p-1")

    with pytest.raises(PaymentUsed):
        pay(other, 2_000, "p-1")
    told = Payment("p-1", 2_000)
    paid = redemption_payments.pay(uid=third.uid, payment=told, source=TILL, at=NOW)

    assert (paid.state, fresh(other).state) == ("READY", "REQUESTED")


def test_the_member_is_locked_before_the_account_as_in_a_merge(alice):
    rich(alice)
    coupon = live("ten", kind="COUPON", coupon_type=coupon_shop.live("ten"), price_amount=100)
    with CaptureQueriesContext(connection) as asked:
        row = ask(coupon, alice)
    with CaptureQueriesContext(connection) as paid:
        pay(row, 100)

    for seen in (asked, paid):
        told = [one["sql"] for one in seen.captured_queries]
        member = next(n for n, sql in enumerate(told) if "FOR KEY SHARE" in sql)
        assert "members_member" in told[member]
        assert member < next(n for n, sql in enumerate(told) if "loyalty_lock(" in sql)


def test_a_payment_that_comes_at_the_last_instant_is_too_late_and_takes_nothing(alice, bob):
    """29:59.999999 is in time, 30:00 is not; nothing was spent, and the piece is free again."""
    rich(alice)
    rich(bob)
    mug = live(stock_count=1, price_amount=2_000, limit_member=1)
    row = ask(mug, alice)

    with pytest.raises(RedemptionExpired) as refusal:
        pay(row, 2_000, when=minutes(30))

    assert refusal.value.details["money_back_amount"] == 2_000
    assert active(alice) == 1_000
    # Before any job: sold out only for those who come before the end.
    with pytest.raises(RewardRefused):
        ask(mug, bob, "b", minutes(30) - timedelta(microseconds=1))
    assert ask(mug, bob, "b", minutes(30)).state == "REQUESTED"
    assert (fresh(row).state, fresh(row).end_reason) == ("EXPIRED", "unpaid")
    assert fresh(row).ended_at == minutes(30)
    assert (held(alice), used(alice)) == (0, 0)


def test_a_price_stays_that_of_the_request(alice):
    rich(alice)
    mug = live(price_amount=2_000)
    row = ask(mug, alice)
    wei = world.operator("wei", role="marketing_manager")
    rewards.stop(reward_id=mug.pk, reason="gone", actor=wei, at=NOW)

    assert pay(row, 2_000).points == 300
    with pytest.raises(RewardRefused) as refusal:
        ask(mug, alice, "2")
    assert refusal.value.code == "reward_stopped"
