"""What a refund moves: cumulative, to the fen and the point, in any order."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loyalty.rules import refunds
from loyalty.rules.refunds import MoreThanBought, SoldLine, SoldOrder

# Worked example 6: ¥100 (A 60, B 40), 2,000 points paid ¥20, 80 points earned.
EXAMPLE = SoldOrder(
    lines=(SoldLine(6_000, 4_800, 48), SoldLine(4_000, 3_200, 32)),
    shipping_amount=0,
    points_amount=2_000,
    spent_points=2_000,
)


def _after(order, outcome):
    """The order as it stands when the outcome is recorded."""
    lines = tuple(
        SoldLine(
            line.net_amount,
            line.money_amount,
            line.earned_points,
            line.refunded_amount + share.value_amount,
            line.clawed_points + share.clawed_points,
        )
        for line, share in zip(order.lines, outcome.lines, strict=True)
    )
    return SoldOrder(
        lines,
        order.shipping_amount,
        order.points_amount,
        order.spent_points,
        order.refunded_shipping_amount + outcome.shipping_amount,
        order.restored_points + outcome.restored_points,
    )


def _moved(outcome):
    return outcome.restored_points, outcome.money_amount, outcome.clawed_points


def test_a_line_gives_back_its_points_its_money_and_what_it_earned():
    outcome = refunds.assess(EXAMPLE, {1: 4_000})
    assert _moved(outcome) == (800, 3_200, 32)
    rest = refunds.assess(_after(EXAMPLE, outcome), {0: 6_000})
    assert _moved(rest) == (1_200, 4_800, 48)


def test_small_refunds_take_as_much_as_one_big_one():
    # Worked example 4: 1 point per ¥10, ¥100: ¥9 eleven times, then ¥1.
    taken = [refunds.clawed(10, 10_000, min(900 * n, 9_900)) for n in range(1, 12)]
    assert [*taken, refunds.clawed(10, 10_000, 10_000)] == [1, 2, 3, 4, 5, 6, 7, 8, 9, 9, 10, 10]


def test_nothing_bought_takes_nothing_back():
    assert refunds.clawed(0, 0, 0) == 0
    free = SoldOrder((SoldLine(0, 0, 0),), 0, 0, 0)
    outcome = refunds.assess(free, {0: 0})
    assert (outcome.value_amount, outcome.money_amount, outcome.restored_points) == (0, 0, 0)


def test_a_refund_without_lines_is_spread_by_what_is_left_of_them():
    assert refunds.spread(EXAMPLE, 5_000) == {0: 3_000, 1: 2_000}
    after = _after(EXAMPLE, refunds.assess(EXAMPLE, {0: 5_000}))
    assert refunds.spread(after, 2_500) == {0: 500, 1: 2_000}
    with pytest.raises(MoreThanBought) as refused:
        refunds.spread(after, 5_001)
    assert (refused.value.asked_amount, refused.value.left_amount) == (5_001, 5_000)


@pytest.mark.parametrize(("amounts", "shipping", "line"), [({1: 4_001}, 0, 1), ({}, 1, None)])
def test_more_than_was_bought_is_refused_and_says_where(amounts, shipping, line):
    with pytest.raises(MoreThanBought) as refused:
        refunds.assess(EXAMPLE, amounts, shipping)
    assert refused.value.line == line


def test_freight_comes_back_as_money_and_restores_no_points():
    order = SoldOrder((SoldLine(5_000, 3_000, 30),), 1_000, 2_000, 2_000)
    outcome = refunds.assess(order, {}, 1_000)
    assert outcome.value_amount == 1_000
    assert _moved(outcome) == (0, 1_000, 0)


def test_freight_that_points_paid_gives_points_back():
    # ¥50 of goods and ¥10 of freight, ¥56 paid with 5,600 points: ¥6 of the freight.
    order = SoldOrder((SoldLine(5_000, 0, 0),), 1_000, 5_600, 5_600)
    goods = refunds.assess(order, {0: 5_000})
    assert (goods.money_amount, goods.restored_points) == (0, 5_600 * 5_000 // 6_000)
    freight = refunds.assess(_after(order, goods), {}, 1_000)
    assert freight.money_amount == 400
    assert goods.restored_points + freight.restored_points == 5_600


@st.composite
def sold_orders(draw):
    nets = draw(st.lists(st.integers(0, 50_000), min_size=1, max_size=5))
    lines = []
    for net in nets:
        money = draw(st.integers(0, net))
        lines.append(SoldLine(net, money, draw(st.integers(0, 2 * money // 100 + 1))))
    by_points = sum(line.net_amount - line.money_amount for line in lines)
    shipping = draw(st.integers(0, 2_000))
    return SoldOrder(tuple(lines), shipping, by_points, by_points * draw(st.integers(1, 3)))


@given(order=sold_orders(), seed=st.integers(0, 10**6))
def test_any_refunds_in_any_order_move_as_much_as_the_whole_at_once(order, seed):
    dice = random.Random(seed)
    whole = refunds.assess(
        order, {i: line.net_amount for i, line in enumerate(order.lines)}, order.shipping_amount
    )
    assert (
        whole.restored_points == order.spent_points
        or sum(line.net_amount for line in order.lines) == 0
    )
    assert whole.clawed_points == sum(line.earned_points for line in order.lines if line.net_amount)
    now, money, restored, clawed = order, 0, 0, 0
    while any(line.left_amount for line in now.lines) or (
        now.refunded_shipping_amount < now.shipping_amount
    ):
        amounts = {
            index: dice.randint(0, line.left_amount) if line.left_amount < 3 or dice.random() < 0.7
            else line.left_amount
            for index, line in enumerate(now.lines)
        }  # fmt: skip
        left = now.shipping_amount - now.refunded_shipping_amount
        outcome = refunds.assess(now, amounts, dice.randint(0, left))
        assert outcome.money_amount >= 0
        assert outcome.restored_points >= 0
        assert all(share.clawed_points >= 0 for share in outcome.lines)
        money += outcome.money_amount
        restored += outcome.restored_points
        clawed += outcome.clawed_points
        now = _after(now, outcome)
    assert (money, restored, clawed) == (
        whole.money_amount, whole.restored_points, whole.clawed_points,
    )  # fmt: skip
