"""Percentages: one decimal, half up, and none without a base."""

from datetime import date
from decimal import Decimal

import pytest

from analytics.rules import comparisons, months
from analytics.rules.liability import liability


@pytest.mark.parametrize(
    ("now", "before", "percent"),
    [
        (120, 90, "33.3"),
        (90, 120, "-25.0"),
        (0, 90, "-100.0"),
        (90, 90, "0.0"),
        (10_005, 10_000, "0.1"),
    ],
)
def test_change_has_one_decimal_rounded_half_up(now, before, percent):
    assert comparisons.change_percent(now, before) == Decimal(percent)


def test_nothing_is_compared_with_nothing():
    assert comparisons.change_percent(5, 0) is None
    assert comparisons.share_percent(0, 0) is None


def test_share_of_two_thirds_is_66_7():
    assert comparisons.share_percent(2, 3) == Decimal("66.7")


@pytest.mark.parametrize(
    ("points", "breakage", "owed"),
    [(1_001, 0, 1_001), (1_001, 15, 850), (99, 100, 0), (0, 15, 0)],
)
def test_liability_is_rounded_down_once(points, breakage, owed):
    assert owed == liability(
        outstanding_points=points,
        redeem_points=100,
        redeem_amount=100,
        breakage_percent=breakage,
    )


def test_liability_follows_the_price_of_points():
    # 300 points pay 2 yuan: 1,000 points at 10 % breakage are worth 600 fen.
    assert (
        liability(
            outstanding_points=1_000, redeem_points=300, redeem_amount=200, breakage_percent=10
        )
        == 600
    )


def test_days_are_cut_at_the_first_of_each_month():
    assert list(months.parts(date(2026, 11, 20), date(2027, 1, 2))) == [
        (date(2026, 11, 20), date(2026, 12, 1)),
        (date(2026, 12, 1), date(2027, 1, 1)),
        (date(2027, 1, 1), date(2027, 1, 2)),
    ]
    assert list(months.parts(date(2026, 1, 1), date(2026, 1, 1))) == []
