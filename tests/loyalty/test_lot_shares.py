"""Points of one line that lie in several lots come back bit by bit from each."""

from hypothesis import given
from hypothesis import strategies as st

from loyalty.rules import refunds, shares
from loyalty.rules.refunds import SoldLine

_PARTS = st.lists(st.integers(0, 400), min_size=1, max_size=6)


def test_points_of_two_lots_come_back_from_both():
    assert [shares.first(count, [60, 40]) for count in (0, 1, 10, 50, 100)] == [
        [0, 0], [1, 0], [6, 4], [30, 20], [60, 40],
    ]  # fmt: skip


@given(_PARTS)
def test_no_part_ever_shrinks_and_all_of_it_are_the_parts(parts):
    before = [0] * len(parts)
    for count in range(sum(parts) + 1):
        now = shares.first(count, parts)
        assert sum(now) == count
        assert all(was <= one <= part for was, one, part in zip(before, now, parts, strict=True))
        before = now
    assert before == list(parts)


@given(_PARTS, st.integers(1, 50_000), st.lists(st.integers(1, 20_000), max_size=8))
def test_many_small_refunds_take_of_each_lot_what_one_big_one_takes(parts, net, steps):
    points = sum(parts)
    whole = SoldLine(net, net, points)
    clawed, refunded, taken = 0, 0, [0] * len(parts)
    for step in [*steps, net]:
        refunded = min(net, refunded + step)
        line = SoldLine(net, net, points, refunded, clawed)
        moved = refunds.clawed(points, net, refunded) - clawed
        given_back = refunds.by_lot(line, moved, parts)
        assert all(part >= 0 for part in given_back)
        taken = [one + part for one, part in zip(taken, given_back, strict=True)]
        clawed += moved
    assert tuple(taken) == refunds.by_lot(whole, points, parts) == tuple(parts)
