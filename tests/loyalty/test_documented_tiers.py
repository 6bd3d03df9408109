"""docs/algorithms/tiers.md, run row by row."""

from dataclasses import replace
from typing import Any

import pytest

from loyalty.rules import tier_progress, tier_terms, tiers
from loyalty.rules.tiers import Figures, Level
from loyalty.services import programs
from tests import documented
from tests.documented import Row
from tests.loyalty import till
from tests.loyalty.till import line

PAGE = "algorithms/tiers.md"
LEVELS = [
    Level(
        rank,
        row.text("tier"),
        rank,
        row.number("coefficient"),
        row.amount("net spend"),
        row.number("orders"),
    )
    for rank, row in enumerate(documented.rows(PAGE, "The tiers of a new programme"))
]


def rows(heading: str) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("row", documented.rows(PAGE, heading), ids=str)


def figures(row: Row) -> Figures:
    return Figures(row.amount("net spend"), row.number("orders"))


@pytest.mark.django_db
def test_a_new_programme_has_the_documented_tiers() -> None:
    till.set_up()
    assert [replace(level, id=level.rank) for level in programs.current().levels] == LEVELS


@rows("What the figures reach")
def test_figures_reach_as_high_as_they_go(row: Row) -> None:
    levels = [replace(level, needs_all=row.text("needs") == "all") for level in LEVELS]
    assert tiers.reached(levels, figures(row)).code == row.text("tier")


@pytest.mark.django_db
def test_the_order_that_lifts_earns_at_the_old_coefficient(alice: Any) -> None:
    table = documented.rows(PAGE, "The order that lifts earns at the old coefficient")
    before = "member"
    for row in table:
        answer = till.sell(f"o-{row.text('order')}", line("1", row.amount("amount")))
        assert answer["points"]["earned"] == row.number("points")
        assert answer["tier"]["code"] == row.text("tier after it")
        lifted = row.text("tier after it") != before
        assert answer["tier"]["changed_from"] == (before if lifted else None)
        before = row.text("tier after it")


@rows("The window")
def test_a_window_begins_the_day_after_the_same_day_months_ago(row: Row) -> None:
    begins = tiers.window_start(row.day("day"), row.text("window"), row.number("months"))
    assert begins == row.day("begins")


@pytest.mark.django_db
def test_the_window_moves_forward_only(alice: Any) -> None:
    table = documented.rows(PAGE, "The window moves forward only")
    for number, row in enumerate(table):
        sold_at = till.at(f"{row.text('paid on')}T12:00")
        till.sell(
            f"o-{number}", line("1", row.amount("amount")), when=sold_at, now=till.at("2026-12-03")
        )
        alice.account.refresh_from_db()
        assert alice.account.window_from_on == row.day("window begins")
        assert alice.account.window_spend_amount == row.amount("net spend")
        assert alice.account.window_orders_count == row.number("orders")


@rows("Terms")
def test_a_term_holds_through_the_end_of_its_last_day(row: Row) -> None:
    reached_at = row.instant("reached")
    assert reached_at is not None
    until = tier_terms.term_end(reached_at, row.number("months"), documented.SHANGHAI)
    assert until == row.instant("until")


@rows("Progress")
def test_progress_is_that_of_the_measure_furthest_behind(row: Row) -> None:
    current = next(level for level in LEVELS if level.code == row.text("tier"))
    ahead = tier_progress.progress(LEVELS, current, figures(row))
    assert (ahead.next.code if ahead.next else "–") == row.text("next")
    assert ahead.missing_amount == row.amount("missing")
    assert ahead.missing_orders == row.number("missing orders")
    assert ahead.percent == row.number("percent")
