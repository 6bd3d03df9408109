"""Days that count: weekends that are worked, holidays that aren't, and the day of receipt."""

from datetime import date

import pytest

from members.rules import working_days
from members.rules.working_days import DAYS, WORKING_DAYS, Calendar, Clock

SPRING = Calendar(
    holidays=frozenset(date(2026, 2, day) for day in range(15, 24)),
    worked=frozenset({date(2026, 2, 14), date(2026, 2, 28)}),
)
FIFTEEN = Clock(15, WORKING_DAYS)


def test_calendar_days_count_from_the_day_after():
    assert working_days.due_on(date(2026, 1, 31), Clock(30, DAYS), SPRING) == date(2026, 3, 2)


def test_without_holidays_fifteen_working_days_are_three_weeks():
    assert working_days.due_on(date(2026, 3, 2), FIFTEEN, Calendar()) == date(2026, 3, 23)


def test_the_spring_festival_is_passed_over_and_worked_saturdays_count():
    # 11, 12, 13, Saturday 14, then 24–27, Saturday 28, then 2–6 and Monday 9 March.
    assert working_days.due_on(date(2026, 2, 10), FIFTEEN, SPRING) == date(2026, 3, 9)


def test_a_request_of_a_saturday_begins_to_count_on_monday():
    assert working_days.due_on(date(2026, 3, 7), Clock(1, WORKING_DAYS), SPRING) == date(2026, 3, 9)


def test_a_day_entered_as_worked_counts_even_on_a_sunday():
    calendar = Calendar(worked=frozenset({date(2026, 9, 20)}))
    assert calendar.is_working(date(2026, 9, 20))
    assert not Calendar().is_working(date(2026, 9, 20))


def test_a_calendar_without_working_days_is_refused():
    idle = Calendar(holidays=frozenset(date.fromordinal(738_000 + day) for day in range(400)))
    with pytest.raises(working_days.NoWorkingDay):
        working_days.due_on(date.fromordinal(738_000), FIFTEEN, idle)


@pytest.mark.parametrize(
    ("today", "left"),
    [
        (date(2026, 2, 13), 1),
        (date(2026, 2, 14), 0),
        (date(2026, 2, 15), -1),
    ],
)
def test_days_left_are_zero_on_the_last_day(today, left):
    due = date(2026, 2, 14)
    assert working_days.days_left(today, due, WORKING_DAYS, SPRING) == left


def test_working_days_left_leave_out_the_festival():
    assert working_days.days_left(date(2026, 2, 14), date(2026, 2, 25), WORKING_DAYS, SPRING) == 2
    assert working_days.days_left(date(2026, 2, 14), date(2026, 2, 25), DAYS, SPRING) == 11


def test_a_clock_says_itself_and_is_read_back():
    assert str(FIFTEEN) == "15 wd"
    assert str(Clock(30, DAYS)) == "30 d"
    assert working_days.clock_of("15 wd") == FIFTEEN
    assert working_days.clock_of("30 d") == Clock(30, DAYS)


def test_a_year_without_entries_is_known_as_such():
    assert SPRING.knows(2026)
    assert not SPRING.knows(2027)
