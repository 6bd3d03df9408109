from datetime import date

import pytest

from analytics.rules import periods
from analytics.rules.periods import Days

TODAY = date(2026, 3, 2)


@pytest.mark.parametrize(
    ("name", "first", "last"),
    [
        ("last_7", date(2026, 2, 24), TODAY),
        ("last_30", date(2026, 2, 1), TODAY),
        ("last_90", date(2025, 12, 3), TODAY),
        ("this_month", date(2026, 3, 1), TODAY),
        ("last_month", date(2026, 2, 1), date(2026, 2, 28)),
        ("this_quarter", date(2026, 1, 1), TODAY),
        ("last_quarter", date(2025, 10, 1), date(2025, 12, 31)),
        ("this_year", date(2026, 1, 1), TODAY),
        ("last_year", date(2025, 1, 1), date(2025, 12, 31)),
    ],
)
def test_a_period_by_name_has_these_days(name, first, last):
    assert periods.named(name, TODAY) == Days(first, last)


@pytest.mark.parametrize(
    ("name", "first", "last"),
    [
        # Two days of March beside two of February; the whole of February beside all of January.
        ("this_month", date(2026, 2, 1), date(2026, 2, 2)),
        ("last_month", date(2026, 1, 1), date(2026, 1, 31)),
        ("this_quarter", date(2025, 10, 1), date(2025, 12, 2)),
        ("last_quarter", date(2025, 7, 1), date(2025, 9, 30)),
        ("this_year", date(2025, 1, 1), date(2025, 3, 2)),
        ("last_year", date(2024, 1, 1), date(2024, 12, 31)),
        ("last_7", date(2026, 2, 17), date(2026, 2, 23)),
    ],
)
def test_the_period_before_is_the_calendar_s_or_as_many_days(name, first, last):
    assert periods.before(name, periods.named(name, TODAY)) == Days(first, last)


def test_a_year_before_the_29th_of_february_is_the_28th():
    leap = Days(date(2024, 2, 29), date(2024, 2, 29))

    assert periods.year_before(leap) == Days(date(2023, 2, 28), date(2023, 2, 28))


def test_the_31st_of_a_custom_period_meets_a_shorter_month():
    march = Days(date(2026, 3, 30), date(2026, 3, 31))

    assert periods.before("this_month", march) == Days(date(2026, 2, 28), date(2026, 2, 28))
