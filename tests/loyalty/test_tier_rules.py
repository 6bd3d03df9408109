"""Which tier a window's figures reach, and what is missing to the next."""

from dataclasses import replace
from datetime import date, datetime
from zoneinfo import ZoneInfo

import pytest

from loyalty.rules import tier_progress, tier_terms, tiers
from loyalty.rules.tiers import Figures, Level, Window

SHANGHAI = ZoneInfo("Asia/Shanghai")
MEMBER = Level(1, "member", 0, 100, 0, 0)
SILVER = Level(2, "silver", 1, 120, 300_000, 5)
GOLD = Level(3, "gold", 2, 150, 1_000_000, 15)
LEVELS = (MEMBER, SILVER, GOLD)


@pytest.mark.parametrize(
    ("spend", "orders", "code"),
    [
        (0, 0, "member"),
        (299_999, 5, "member"),
        (300_000, 4, "member"),
        (300_000, 5, "silver"),
        (1_000_000, 14, "silver"),
        (1_000_000, 15, "gold"),
        (9_999_999, 99, "gold"),
        (-500, -1, "member"),
    ],
)
def test_a_tier_is_reached_by_all_its_measures(spend, orders, code):
    assert tiers.reached(LEVELS, Figures(spend, orders)).code == code


def test_or_by_any_of_them_where_the_tier_says_so():
    silver = replace(SILVER, needs_all=False)
    assert tiers.reached((MEMBER, silver), Figures(300_000, 0)).code == "silver"
    assert tiers.reached((MEMBER, silver), Figures(0, 5)).code == "silver"
    assert tiers.reached((MEMBER, silver), Figures(299_999, 4)).code == "member"


def test_a_measure_of_zero_does_not_count():
    by_spend = replace(SILVER, orders_count=0)
    assert tiers.reached((MEMBER, by_spend), Figures(300_000, 0)).code == "silver"
    any_of = replace(by_spend, needs_all=False)
    assert tiers.reached((MEMBER, any_of), Figures(0, 9)).code == "member"


def test_a_tier_without_measures_is_never_reached_by_figures():
    invited = Level(9, "invited", 3, 200, 0, 0)
    assert tiers.reached((*LEVELS, invited), Figures(9_999_999, 999)).code == "gold"


def test_a_tier_can_be_reached_past_one_that_is_not():
    needs_orders = replace(SILVER, orders_count=50)
    assert tiers.reached((MEMBER, needs_orders, GOLD), Figures(1_000_000, 15)).code == "gold"


@pytest.mark.parametrize(
    ("day", "months", "start"),
    [
        (date(2026, 11, 21), 12, date(2025, 11, 22)),
        (date(2026, 3, 31), 1, date(2026, 3, 1)),  # back to 28 February, and the day after
        (date(2024, 3, 31), 1, date(2024, 3, 1)),
        (date(2024, 2, 29), 12, date(2023, 3, 1)),
        (date(2026, 1, 1), 12, date(2025, 1, 2)),
        (date(2026, 12, 31), 3, date(2026, 10, 1)),
    ],
)
def test_a_rolling_window_begins_the_day_after_the_same_day_months_ago(day, months, start):
    assert tiers.window_start(day, "ROLLING_MONTHS", months) == start


def test_a_calendar_year_begins_on_the_first_of_january():
    assert tiers.window_start(date(2026, 12, 31), "CALENDAR_YEAR", 12) == date(2026, 1, 1)
    assert tiers.window_start(date(2026, 1, 1), "CALENDAR_YEAR", 12) == date(2026, 1, 1)


def test_a_window_drops_the_days_that_leave_it_and_never_goes_back():
    window = Window(None, 0, 0, 0, [])
    window.move_to(date(2026, 1, 1))
    window.add(date(2026, 1, 5), 10_000, 1)
    window.add(date(2026, 2, 5), 20_000, 1)
    window.add(date(2025, 12, 31), 70_000, 1)  # before it: changes nothing
    assert window.figures == Figures(30_000, 2)
    window.move_to(date(2026, 1, 6))
    assert window.figures == Figures(20_000, 1)
    window.move_to(date(2026, 1, 1))
    assert (window.from_on, window.figures) == (date(2026, 1, 6), Figures(20_000, 1))


def test_a_refund_lowers_the_day_of_its_order_and_leaves_with_it():
    window = Window(date(2026, 1, 1), 0, 0, 0, [])
    window.add(date(2026, 1, 5), 10_000, 1)
    window.add(date(2026, 1, 5), -10_000, -1)
    assert window.figures == Figures(0, 0)
    window.move_to(date(2026, 1, 6))
    assert window.figures == Figures(0, 0)


@pytest.mark.parametrize(
    ("at", "months", "end"),
    [
        ("2026-11-21T14:00", 12, "2027-11-22"),
        ("2024-02-29T12:00", 12, "2025-03-01"),
        ("2026-01-31T23:59", 1, "2026-03-01"),
    ],
)
def test_a_term_runs_through_the_end_of_the_day_months_later(at, months, end):
    began = datetime.fromisoformat(at).replace(tzinfo=SHANGHAI)
    ended = datetime.fromisoformat(end).replace(tzinfo=SHANGHAI)
    assert tier_terms.term_end(began, months, SHANGHAI) == ended


def test_progress_says_what_is_missing_and_how_far_the_furthest_measure_is():
    ahead = tier_progress.progress(LEVELS, MEMBER, Figures(150_000, 4))
    assert (ahead.next, ahead.missing_amount, ahead.missing_orders) == (SILVER, 150_000, 1)
    assert ahead.percent == 50  # spend is at half, orders at 80 %: all are needed
    any_of = (MEMBER, replace(SILVER, needs_all=False))
    assert tier_progress.progress(any_of, MEMBER, Figures(150_000, 4)).percent == 80


def test_progress_never_leaves_0_to_100_and_ends_at_the_top():
    assert tier_progress.progress(LEVELS, MEMBER, Figures(-500, 0)).percent == 0
    beyond = tier_progress.progress(LEVELS, SILVER, Figures(5_000_000, 99))
    assert (beyond.missing_amount, beyond.missing_orders, beyond.percent) == (0, 0, 100)
    top = tier_progress.progress(LEVELS, GOLD, Figures(0, 0))
    assert (top.next, top.percent) == (None, 100)
