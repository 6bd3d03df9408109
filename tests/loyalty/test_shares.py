"""Whole numbers are split so that the parts always sum to the whole."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loyalty.rules import shares


@pytest.mark.parametrize(
    ("total", "weights", "parts"),
    [
        (2_000, [7_000, 5_000], [1_167, 833]),  # ¥20 off 70 + 50: 11.67 and 8.33
        (10, [1, 1, 1], [4, 3, 3]),  # a tie goes to the first
        (2, [1, 1, 1], [1, 1, 0]),
        (1, [1, 2], [0, 1]),
        (100, [0, 50, 50], [0, 50, 50]),
        (7, [3], [7]),
        (7, [0], [7]),
        (7, [0, 0], [7, 0]),
        (0, [3, 4], [0, 0]),
        (5, [], []),
    ],
)
def test_the_largest_remainder_gets_what_rounding_leaves(total, weights, parts):
    assert shares.split(total, weights) == parts


@given(st.integers(0, 10**13), st.lists(st.integers(0, 10**13), min_size=1, max_size=30))
def test_parts_sum_to_the_whole_and_none_is_a_unit_off_its_share(total, weights):
    parts = shares.split(total, weights)
    assert sum(parts) == total
    whole = sum(weights)
    if whole:
        assert all(
            total * weight // whole <= part <= total * weight // whole + 1
            for part, weight in zip(parts, weights, strict=True)
        )


@given(st.integers(0, 10**6), st.lists(st.integers(1, 10**6), min_size=2, max_size=10))
def test_a_part_never_exceeds_its_weight_when_the_whole_doesn_t(total, weights):
    total = min(total, sum(weights))
    parts = shares.split(total, weights)
    assert all(part <= weight for part, weight in zip(parts, weights, strict=True))
