"""How long points live: every policy, on the days where it matters."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loyalty.models import Lot, Program
from loyalty.rules import calendar
from loyalty.rules.calendar import Validity
from loyalty.services import programs
from tests.loyalty import till
from tests.loyalty.till import line

SHANGHAI = ZoneInfo("Asia/Shanghai")
NEW_YORK = ZoneInfo("America/New_York")
VALIDITIES = st.one_of(
    st.builds(
        Validity,
        st.sampled_from(("DAYS", "MONTHS")),
        st.integers(0, 60),
        st.sampled_from(("NONE", "MONTH", "QUARTER", "HALF_YEAR", "YEAR")),
    ),
    st.builds(
        lambda dates: Validity("FIXED_DATES", dates=tuple(dates)),
        st.lists(
            st.dates(date(2000, 1, 1), date(2000, 12, 31)).map(lambda d: (d.month, d.day)),
            min_size=1,
            max_size=4,
        ),
    ),
)
DAYS = st.dates(date(2020, 1, 1), date(2040, 12, 31))


@given(DAYS, VALIDITIES)
def test_no_life_ends_before_it_begins_and_a_rounded_one_is_never_shorter(day, validity):
    last = calendar.last_day_of_life(day, validity)
    assert last is not None
    assert last >= day
    plain = Validity(validity.kind, validity.count, dates=validity.dates)
    assert last >= (calendar.last_day_of_life(day, plain) or day)


@given(DAYS, st.integers(0, 40), VALIDITIES)
def test_points_that_become_usable_later_never_lapse_earlier(day, days, validity):
    first = calendar.last_day_of_life(day, validity)
    later = calendar.last_day_of_life(day + timedelta(days=days), validity)
    assert first is not None
    assert later is not None
    assert first <= later


def test_the_end_of_a_day_of_23_hours_is_the_shops_midnight():
    usable_at = datetime(2026, 3, 8, 12, tzinfo=NEW_YORK)
    gone_at = calendar.expiry(usable_at, Validity("DAYS", 0), NEW_YORK)
    assert gone_at == datetime(2026, 3, 9, 4, tzinfo=UTC)
    assert calendar.start_of_day(date(2026, 3, 8), NEW_YORK) == datetime(2026, 3, 8, 5, tzinfo=UTC)


def test_points_without_a_date_to_lapse_on_never_do():
    assert calendar.expiry(till.NOW, Validity("FIXED_DATES"), SHANGHAI) is None


def test_points_that_wait_for_completion_have_no_end_yet():
    life = calendar.life(till.NOW, Validity("DAYS", 1), SHANGHAI, pending_until="COMPLETION")
    assert (life.activates_at, life.expires_at) == (calendar.UNTIL_COMPLETED, None)


@pytest.mark.parametrize("text", ["02-30", "13-01", "6-30", "", "2026-06-30"])
def test_what_is_no_day_of_the_year_is_no_fixed_date(text):
    with pytest.raises(ValueError, match=r"isoformat|must be|range"):
        programs.month_days([text])


@pytest.mark.django_db
def test_an_order_earns_with_the_programmes_validity(alice):
    settings = {"validity": "FIXED_DATES", "validity_dates": ["12-31", "06-30"]}
    Program.objects.update(**settings)
    till.sell("o-1", line("1", 10_000), when=till.at("2026-11-21 14:00"))
    assert Lot.objects.get().expires_at == till.at("2027-01-01")
    Program.objects.update(validity="MONTHS", validity_count=6, validity_rounding="QUARTER")
    till.sell("o-2", line("1", 10_000), when=till.at("2026-11-21 14:00"))
    assert Lot.objects.latest("pk").expires_at == till.at("2027-07-01")
