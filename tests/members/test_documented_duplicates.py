"""docs/algorithms/duplicates.md, run row by row."""

import pytest

from members.rules import duplicates
from members.rules.duplicates import Likeness
from tests import documented
from tests.documented import Row

PAGE = "algorithms/duplicates.md"


def rows(heading: str) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("row", documented.rows(PAGE, heading), ids=str)


def codes(row: Row, column: str) -> frozenset[str]:
    return frozenset(row.text(column).replace("–", "").replace(",", " ").split())


@rows("Weights")
def test_each_code_weighs_what_the_page_says(row: Row) -> None:
    weights = {**duplicates.WEIGHTS, **duplicates.AGAINST}
    assert weights[row.text("code")] == row.number("points")


def test_the_page_names_every_code() -> None:
    named = {row.text("code") for row in documented.rows(PAGE, "Weights")}
    assert named == {*duplicates.WEIGHTS, *duplicates.AGAINST}


@rows("Worked examples")
def test_the_score_is_the_page_s(row: Row) -> None:
    judgment = duplicates.judge(Likeness(codes(row, "shared"), codes(row, "differing")))
    assert judgment.score == row.number("score")
    assert judgment.is_candidate == (row.text("in the queue") == "yes")


def test_only_what_is_new_and_speaks_for_it_brings_a_dismissed_pair_back() -> None:
    assert duplicates.has_new_reason({"name": 30, "device": 40}, {"name"})
    assert not duplicates.has_new_reason({"name": 30}, {"name", "device"})
    assert not duplicates.has_new_reason({"name": 30, "other_gender": -15}, {"name"})
