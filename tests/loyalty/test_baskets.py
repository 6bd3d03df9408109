"""What an order adds up to, and which part of each line was money."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loyalty.rules import baskets
from loyalty.rules.baskets import Line, Payment


def _sums(nets, payments, shipping=0, rounding=0):
    lines = [net if isinstance(net, Line) else Line(net) for net in nets]
    paid = [Payment(kind, amount) for kind, amount in payments]
    return baskets.add_up(lines, paid, shipping, rounding)


def test_an_order_paid_in_money_earns_on_all_its_lines():
    sums = _sums([6_000, 4_000], [("MONEY", 10_000)])
    assert sums.adds_up
    assert sums.line_money_amounts == sums.line_eligible_amounts == (6_000, 4_000)
    assert (sums.eligible_amount, sums.money_amount, sums.net_amount) == (10_000, 10_000, 10_000)


def test_gross_is_net_and_discount():
    sums = _sums([Line(17_900, 2_000), Line(100, 50)], [("MONEY", 18_000)])
    assert (sums.gross_amount, sums.discount_amount, sums.net_amount) == (20_050, 2_050, 18_000)


def test_points_are_shared_over_the_lines_by_net_amount():
    # Worked example 6: ¥100 (A 60, B 40), ¥20 of it paid with points.
    sums = _sums([6_000, 4_000], [("POINTS", 2_000), ("MONEY", 8_000)])
    assert sums.line_money_amounts == (4_800, 3_200)
    assert sums.points_amount == 2_000


def test_gift_card_and_stored_value_are_no_money_either():
    payments = [("GIFT_CARD", 1_000), ("STORED_VALUE", 500), ("MONEY", 8_500)]
    sums = _sums([5_000, 5_000], payments)
    assert sums.adds_up
    assert (sums.money_amount, sums.other_amount) == (8_500, 1_500)
    assert sums.line_money_amounts == (4_250, 4_250)


def test_freight_is_paid_in_money_as_long_as_the_lines_can_take_the_rest():
    sums = _sums([5_000], [("GIFT_CARD", 2_000), ("MONEY", 4_000)], shipping=1_000)
    assert sums.adds_up
    assert sums.line_money_amounts == (3_000,)


def test_freight_takes_what_is_no_money_only_when_the_lines_are_used_up():
    sums = _sums([5_000], [("GIFT_CARD", 5_600), ("MONEY", 400)], shipping=1_000)
    assert sums.adds_up
    assert sums.line_money_amounts == (0,)
    assert sums.eligible_amount == 0


def test_what_is_rounded_off_is_no_money_and_earns_nothing():
    sums = _sums([6_003, 4_000], [("MONEY", 10_000)], rounding=3)
    assert sums.adds_up
    assert sums.due_amount == 10_000
    assert sum(sums.line_money_amounts) == 10_000
    assert sums.line_money_amounts == (6_001, 3_999)


def test_a_line_that_never_earns_bears_its_share_of_what_is_no_money():
    sums = _sums([Line(5_000), Line(5_000, earns=False)], [("POINTS", 1_000), ("MONEY", 9_000)])
    assert sums.line_money_amounts == (4_500, 4_500)
    assert sums.line_eligible_amounts == (4_500, 0)


@pytest.mark.parametrize("paid", [9_999, 10_001, 0])
def test_payments_that_do_not_sum_to_what_is_due_do_not_add_up(paid):
    sums = _sums([10_000], [("MONEY", paid)])
    assert not sums.adds_up
    assert (sums.paid_amount, sums.due_amount) == (paid, 10_000)


def test_an_order_for_nothing_adds_up_without_a_payment():
    assert _sums([0], []).adds_up


@given(
    nets=st.lists(st.integers(0, 10**7), min_size=1, max_size=12),
    shipping=st.integers(0, 5_000),
    share=st.integers(0, 100),
)
def test_money_of_lines_is_never_negative_and_sums_with_freight_to_what_was_paid(
    nets, shipping, share
):
    due = sum(nets) + shipping
    points = due * share // 100
    sums = _sums(nets, [("POINTS", points), ("MONEY", due - points)], shipping=shipping)
    assert sums.adds_up
    assert all(0 <= money <= net for money, net in zip(sums.line_money_amounts, nets, strict=True))
    freight_money = shipping - max(0, points - sum(nets))
    assert sum(sums.line_money_amounts) + freight_money == due - points
