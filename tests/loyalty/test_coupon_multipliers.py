"""Coupons that multiply what one order earns. No database."""

from typing import Any

import pytest

from loyalty.rules import earning
from loyalty.rules.earning import Award
from loyalty.rules.earning_compile import Caps, Group, Rulebook
from tests.loyalty import rules
from tests.loyalty.rules import brought, buyer, facts, per_amount, times

GOLD = buyer("gold", 150)


def award(multipliers: Any, *more: Any, caps: Caps | None = None, who: Any = None) -> Award:
    book = Rulebook((per_amount(), *more), caps or Caps(), Group("tier:"))
    seen = facts([7_000, 3_000], who=who or buyer())
    selection = book.at(seen.occurred_at).with_multipliers(multipliers)
    return earning.award(selection, seen)


def test_a_double_points_coupon_doubles_the_order_and_says_so() -> None:
    given = award([("double", 200)])

    assert (given.points, given.line_points) == (200, (140, 60))
    assert brought(given) == {"rule:base": 100, "rule:coupon:double": 100}


@pytest.mark.parametrize(
    ("multipliers", "points"),
    [([("double", 200)], 300), ([("double", 200), ("half-more", 150)], 450)],
)
def test_coupons_multiply_with_the_tier_and_with_each_other(multipliers: Any, points: int) -> None:
    assert award(multipliers, who=GOLD).points == points


def test_a_coupon_multiplies_with_a_rule_of_the_day() -> None:
    assert award([("double", 200)], times("weekend", 130)).points == 260


def test_the_programmes_cap_cuts_what_a_coupon_brings() -> None:
    assert award([("double", 200)], caps=Caps(order=150)).points == 150


def test_the_rules_in_force_stay_as_they_were() -> None:
    book = Rulebook((per_amount(),), Caps(), Group("tier:"))
    plain = book.at(rules.NOW)

    plain.with_multipliers([("double", 200)])

    assert book.at(rules.NOW) is plain
    assert plain.plain is not None
