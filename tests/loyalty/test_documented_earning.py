"""docs/algorithms/earning.md, run row by row."""

import pytest

from loyalty.rules import baskets, shares
from loyalty.services import programs
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
