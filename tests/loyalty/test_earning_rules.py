"""What an order earns: one floor for the order, shares for its lines, and the trace."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loyalty.rules import earning
from loyalty.rules.earning import BaseRule

START = datetime(2026, 1, 1, tzinfo=UTC)
RULE = BaseRule(id=1, code="base", version=1, per_amount=100, points=1, valid_from=START)


def _award(amounts, *, rule=RULE, tier="member", percent=100):
    return earning.award(amounts, rule, tier, percent)


@pytest.mark.parametrize(
    ("amounts", "percent", "points", "lines"),
    [
        ([10_000], 100, 100, (100,)),
        ([17_900], 100, 179, (179,)),
        ([99], 100, 0, (0,)),
        ([199], 100, 1, (1,)),
        # Floor once for the order: 1.50 + 1.50 yuan are 3 points, not 1 + 1.
        ([150, 150], 100, 3, (2, 1)),
        ([10_000], 120, 120, (120,)),
        # ¥1.50 × 1.5 = 2.25
        ([150], 150, 2, (2,)),
        ([6_000, 4_000], 200, 200, (120, 80)),
        ([3_333, 3_333, 3_334], 100, 100, (33, 33, 34)),
        ([0, 10_000], 100, 100, (0, 100)),
    ],
)
def test_points_are_floored_once_per_order_and_shared_over_its_lines(
    amounts, percent, points, lines
):
    award = _award(amounts, percent=percent)
    assert (award.points, award.line_points) == (points, lines)


def test_the_trace_tells_the_rule_the_tier_and_the_numbers():
    award = _award([17_950], tier="silver", percent=120)
    assert award.trace == {
        "eligible_amount": 17_950,
        "rule": "base",
        "version": 1,
        "per_amount": 100,
        "points": 1,
        "base_points": 179,
        "tier": "silver",
        "coefficient_percent": 120,
        "earned_points": 215,
    }
    assert award.breakdown == (
        {"id": "rule:base", "points": 179},
        {"id": "tier:silver", "points": 36},
    )


def test_without_a_rule_or_without_money_nothing_is_earned_and_the_trace_says_why():
    none = _award([10_000], rule=None)
    assert (none.points, none.line_points, none.breakdown) == (0, (0,), ())
    assert none.trace == {"eligible_amount": 10_000, "missed": "no_rule"}
    assert _award([0, 0]).trace == {"eligible_amount": 0, "missed": "no_money"}
    assert _award([0, 0]).line_points == (0, 0)


def test_the_newest_rule_in_force_holds_and_its_end_is_exclusive():
    until = datetime(2026, 6, 1, tzinfo=UTC)
    old = BaseRule(1, "base", 1, 100, 1, START, until)
    new = BaseRule(2, "base", 2, 50, 1, datetime(2026, 5, 1, tzinfo=UTC))
    rules = (old, new)
    assert earning.in_force(rules, datetime(2025, 12, 31, 23, 59, tzinfo=UTC)) is None
    assert earning.in_force(rules, START) is old
    assert earning.in_force(rules, datetime(2026, 5, 1, tzinfo=UTC)) is new
    assert earning.in_force((old,), datetime(2026, 5, 31, 23, 59, 59, tzinfo=UTC)) is old
    assert earning.in_force((old,), until) is None


@given(
    amounts=st.lists(st.integers(0, 10**7), min_size=1, max_size=20),
    percent=st.integers(100, 300),
    per_amount=st.integers(1, 1_000),
)
def test_lines_sum_to_the_order_whatever_is_bought(amounts, percent, per_amount):
    rule = BaseRule(1, "base", 1, per_amount, 1, START)
    award = _award(amounts, rule=rule, percent=percent)
    assert sum(award.line_points) == award.points
    assert award.points == sum(amounts) * percent // (per_amount * 100)
    assert sum(part["points"] for part in award.breakdown) == award.points
