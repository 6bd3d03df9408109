"""docs/algorithms/tiers.md, run row by row."""

from dataclasses import replace
from datetime import date, datetime
from typing import Any

import pytest

from loyalty.rules import tier_progress, tier_terms, tiers
from loyalty.rules.tier_terms import Standing, TierTerms
from loyalty.rules.tiers import Figures, Level, Window
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


@rows("All four measures")
def test_each_measure_that_is_asked_for_counts(row: Row) -> None:
    level = Level(9, "x", 1, 100, 300_000, 5, row.text("needs") == "all", 800, 500_000)
    seen = Figures(
        row.amount("net spend"),
        row.number("orders"),
        row.number("qualifying points"),
        row.amount("lifetime value"),
    )
    assert level.is_reached_by(seen) == (row.text("reached") == "yes")


@rows("The window")
def test_a_window_begins_the_day_after_the_same_day_months_ago(row: Row) -> None:
    begins = tiers.window_start(
        row.day("day"), row.text("window"), row.number("months"), row.day("joined")
    )
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


SILVER = Level(1, "silver", 1, 120, 300_000, 0)
GOLD = Level(2, "gold", 2, 150, 1_000_000, 0)
MEMBER = Level(0, "member", 0, 100, 0, 0)
REACHED = datetime(2026, 11, 21, 14, tzinfo=documented.SHANGHAI)
ENDED = datetime(2027, 11, 22, tzinfo=documented.SHANGHAI)


def by_spend(**settings: Any) -> TierTerms:
    """Silver from ¥3,000, Gold from ¥10,000, spend alone."""
    kept = settings.pop("keeps", "")
    levels = tuple(
        replace(level, never_downgrade=level.code == kept) for level in (MEMBER, SILVER, GOLD)
    )
    return TierTerms(levels, documented.SHANGHAI, **settings)


def standing(terms: TierTerms, code: str, *days: tuple[date, int, int, int]) -> Standing:
    """A member who reached the tier on 21 November 2026 and bought on these days."""
    level = next(level for level in terms.levels if level.code == code)
    window = Window(date(2025, 11, 22), 0, 0, 0, [])
    for day in days:
        window.add(*day)
    until_at = tier_terms.term_end(REACHED, 12, documented.SHANGHAI)
    return Standing(level, REACHED, level, until_at, window, until_at)


@rows("The term that follows")
def test_a_term_that_follows_another_has_no_gap(row: Row) -> None:
    ended_at = row.instant("ended")
    assert ended_at is not None
    until = tier_terms.next_term_end(ended_at, row.number("months"), documented.SHANGHAI)
    assert until == row.instant("until")


@rows("The end of a term")
def test_a_term_is_judged_by_the_window_of_its_last_day(row: Row) -> None:
    kept = row.text("keeps for ever")
    terms = by_spend(
        grace_days=row.number("grace"),
        falls_one_step=row.text("fall") == "one step",
        keeps="" if kept == "–" else kept,
    )
    lifted = (date(2026, 11, 21), 1_000_000, 1, 0)
    member = standing(
        terms, row.text("tier"), lifted, (date(2027, 3, 1), row.amount("bought"), 1, 0)
    )
    tier_terms.settle(member, terms, ENDED)
    assert (member.level.code, member.until_at) == (row.text("then"), row.instant("until"))
    tier_terms.settle(member, terms, member.grace_until_at or ENDED)
    assert member.level.code == row.text("after the grace")


@rows("Floors: by hand and bought")
def test_places_of_a_capped_tier_are_rounded_down(row: Row) -> None:
    percent, count = row.text("cap, %"), row.text("cap")
    level = replace(
        GOLD,
        cap_basis_points=None if percent == "–" else int(percent) * 100,
        cap_count=None if count == "–" else int(count),
    )
    assert level.places(row.number("members")) == row.number("places")


@rows("Returns")
def test_a_tier_follows_a_return_that_is_the_reason(row: Row) -> None:
    terms = by_spend(follows_returns=row.text("follows") == "yes")
    day = date(2026, 11, 21)
    member = standing(terms, row.text("tier"), (day, row.amount("figures before"), 1, 0))
    before = member.window.figures
    member.window.add(day, -row.amount("returned"), 0)
    if terms.follows_returns:
        tier_terms.follow_return(member, terms, before, REACHED)
    assert member.level.code == row.text("then")


@rows("Progress as of a day")
def test_progress_says_what_is_missing_to_rise_and_to_keep(row: Row) -> None:
    terms = by_spend()
    first = (date(2026, 11, 21), 300_000, 1, 0)
    member = standing(terms, "silver", first, (row.day("bought on"), row.amount("amount"), 1, 0))
    ahead = tier_progress.outlook(member, terms, row.day("today"))
    assert ahead.ahead.missing_amount == row.amount("missing to gold")
    assert ahead.by_on == row.day("by")
    assert ahead.keep is not None
    assert ahead.keep.missing.amount == row.amount("to keep")
    assert ahead.projected.code == row.text("projected")
