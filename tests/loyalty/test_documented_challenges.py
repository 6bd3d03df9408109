"""docs/algorithms/challenges.md, run row by row."""

from datetime import UTC, date, datetime

import pytest

from loyalty.rules import challenges
from loyalty.rules.challenges import Rule
from tests import documented
from tests.documented import Row

PAGE = "algorithms/challenges.md"


def rows(heading: str) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("row", documented.rows(PAGE, heading), ids=str)


def rule(row: Row, **fields) -> Rule:
    return Rule(
        id=1,
        code="x",
        counts="BEHAVIORS",
        target=int(row.cells.get("target", 1)),
        starts_at=datetime(2020, 1, 1, tzinfo=UTC),
        is_repeating=row.cells.get("again") == "yes",
        window=row.cells.get("window", "EVER"),
        **fields,
    )


@rows("Windows")
def test_a_day_lies_in_its_window(row):
    made = rule(row)
    first = challenges.window_on(made, date.fromisoformat(row.text("day")))
    until = challenges.window_until(made, first)
    assert (first.isoformat(), until.isoformat() if until else "") == (
        row.text("begins"),
        row.text("until"),
    )


@rows("How often")
def test_a_sum_is_due_so_often(row):
    made, value = rule(row), int(row.text("value"))
    due = challenges.due(made, value)
    shown = challenges.standing(made, value, due, due)
    seen = (due, shown.value, shown.left)
    assert seen == (int(row.text("due")), int(row.text("shown")), int(row.text("left")))


@rows("Days in a row")
def test_days_in_a_row_come_to(row):
    days = [date(2026, 3, int(day)) for day in row.text("days").split()]
    assert challenges.streak_value(rule(row, is_streak=True), days) == int(row.text("value"))
