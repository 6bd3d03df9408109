"""docs/algorithms/earning.md, run row by row."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from loyalty.rules import baskets, shares
from loyalty.rules.earning_caps import Limits, Used
from loyalty.rules.earning_compile import Caps, Group
from loyalty.services import budgets, programs
from tests import documented
from tests.documented import Row
from tests.loyalty import rules, till

PAGE = "algorithms/earning.md"


def rows(heading: str) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("row", documented.rows(PAGE, heading), ids=str)


@rows("Points of an order")
def test_points_are_eligible_money_times_the_coefficient_rounded_down_once(row: Row) -> None:
    base = rules.per_amount(per_amount=row.amount("points per"))
    tier = rules.buyer("silver", row.number("coefficient"))
    award = rules.award([base], [row.amount("eligible")], buyer=tier)
    assert award.points == row.number("points")
    parts = {part["id"]: part["points"] for part in award.breakdown}
    assert parts.get("rule:base", 0) == row.number("base")
    assert sum(parts.values()) == row.number("points")


@rows("What of an order earns")
def test_what_is_not_money_is_shared_over_the_lines_and_freight_comes_last(row: Row) -> None:
    payments = [
        baskets.Payment("MONEY", row.amount("money")),
        baskets.Payment("POINTS", row.amount("points")),
        baskets.Payment("GIFT_CARD", row.amount("other")),
    ]
    lines = [baskets.Line(amount) for amount in row.amounts("lines")]
    sums = baskets.add_up(lines, payments, row.amount("freight"), row.amount("rounding"))
    assert sums.adds_up
    assert list(sums.line_money_amounts) == row.amounts("money of the lines")
    assert sums.line_eligible_amounts == sums.line_money_amounts


def test_a_line_that_never_earns_pays_its_share_and_earns_nothing() -> None:
    lines = [baskets.Line(6_000), baskets.Line(4_000, earns=False)]
    payments = [baskets.Payment("MONEY", 8_000), baskets.Payment("POINTS", 2_000)]
    sums = baskets.add_up(lines, payments, 0, 0)
    assert sums.line_money_amounts == (4_800, 3_200)
    assert sums.line_eligible_amounts == (4_800, 0)


@rows("Shares")
def test_parts_sum_to_the_whole_by_largest_remainder(row: Row) -> None:
    parts = shares.split(row.number("whole"), row.numbers("by"))
    assert parts == row.numbers("parts")
    assert sum(parts) == row.number("whole")


@pytest.mark.django_db
@rows("Points that pay")
def test_points_that_pay_are_rounded_up(row: Row) -> None:
    points, _, amount = row.text("rate").partition(" per ")
    till.set_up(redeem_points=int(points), redeem_amount=int(amount.replace(".", "")))
    assert programs.current().points_for(row.amount("amount")) == row.number("points")


@rows("Several rules")
def test_groups_multiply_and_a_group_combines_by_its_mode(row: Row) -> None:
    group = Group("group:shared", row.text("group").upper())
    made = [
        rules.per_amount(),
        rules.times("first", row.number("first"), group=group),
        rules.times("second", row.number("second")),
    ]
    given = rules.award(
        made, [10_000], buyer=rules.buyer("t", row.number("tier")), tier_group=group
    )
    assert given.points == row.number("points")
    assert sum(rules.brought(given).values()) == row.number("points")


def test_bases_add_up_or_each_line_keeps_the_better() -> None:
    table = documented.tables(PAGE)["Base rules of one group"]
    for row in table:
        group = Group("group:bases", row.text("mode").upper())
        first = {"field": "line.category", "op": "eq", "value": "skincare"}
        made = [
            rules.per_amount(group=group),
            rules.per_amount("skincare", first, points=3, group=group),
        ]
        lines = [
            rules.Line(row.amount("first line"), category="skincare"),
            rules.Line(row.amount("second line")),
        ]
        given = rules.award(made, lines)
        assert list(given.line_points) == row.numbers("points of the lines")


@rows("Caps")
def test_the_tightest_cap_trims_and_is_named(row: Row) -> None:
    caps = Caps(*[row.number(f"per {name}") for name in ("order", "day", "month", "member")])
    used = Used(*[row.number(name) for name in ("before that day", "that month", "ever")])
    base = rules.per_amount(caps=caps)
    given = rules.award([base], [10_000], limits=Limits({"base": used}))
    assert given.points == row.number("gives")
    told = rules.why(given, "base")
    assert (told.get("trimmed", {}).get("by") or told.get("why", "")) == row.text("trimmed by")


@rows("Budgets")
def test_a_budget_gives_all_or_what_is_left(row: Row) -> None:
    gift = rules.bonus(
        "gift", row.number("asked"), budget_id=1, is_strict=row.text("mode") == "STRICT"
    )
    given = budgets.within(
        lambda limits: rules.award([gift], [100], limits=limits),
        Limits(),
        budgets.Glance({1: row.number("left")}),
        order_id=0,
    )
    assert given.points == row.number("given")


def _why() -> dict[str, Any]:
    """By reason, a rule that misses for it, beside a base rule, and with what limits."""
    best = Group("group:best", "BEST")
    asks = {"field": "member.tier", "op": "eq", "value": "gold"}
    food = {"field": "line.category", "op": "eq", "value": "food"}
    return {
        "condition": rules.bonus("r", 5, asks),
        "min_amount": rules.bonus("r", 5, min_amount=10_001),
        "min_quantity": rules.bonus("r", 5, min_quantity=4),
        "no_money": rules.bonus("r", 5, food),
        "store": rules.bonus("r", 5, store_ids=frozenset({7})),
        "not_in_force": rules.bonus("r", 5, valid_from=till.NOW + timedelta(days=30)),
        "lost": rules.bonus("r", 5, group=best),
        "order_cap": rules.bonus("r", 5, caps=Caps(order=0)),
        "budget": rules.bonus("r", 5, budget_id=1),
        "bad_condition": replace(rules.bonus("r", 5), condition=None),
    }


@rows("The trace")
def test_a_rule_that_misses_says_why(row: Row) -> None:
    missed = _why()[row.text("why")]
    rival = rules.bonus("rival", 6, group=Group("group:best", "BEST"))
    lines = [rules.Line(10_000), rules.Line(100, category="food")]
    given = rules.award(
        [rules.per_amount(), missed, rival],
        lines,
        eligible=[10_000, 0],
        limits=Limits(grants={missed.id: 0}),
    )
    assert rules.why(given, "r")["why"] == row.text("why")
    assert given.points == 106
