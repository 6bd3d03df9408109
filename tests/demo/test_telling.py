"""How the year is told: clocks, dates, people, lines. No database."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import numpy as np
import pytest

from config.demo import calendars, documents, people, shops, wares
from config.demo.editions import DEMO, FULL
from config.demo.journey import SHOP_ZONE

SHANGHAI = ZoneInfo("Asia/Shanghai")


def seconds(text: str) -> int:
    return int(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp())


def told(text: str, *, days: int, zone: str) -> datetime:
    [found] = calendars.instants(np.array([seconds(text)]), days=days, zone=zone)
    return calendars.moment(int(found), ZoneInfo(zone))


def test_a_timestamp_without_an_offset_is_utc_and_not_the_clock_of_the_shop():
    at = told("2017-06-02 02:30:00", days=0, zone=SHOP_ZONE)
    assert at.isoformat() == "2017-06-01T22:30:00-04:00"


def test_five_in_the_afternoon_in_new_york_is_told_as_five_in_shanghai():
    at = told("2017-01-07 22:00:00", days=3_234, zone="Asia/Shanghai")
    assert at.isoformat() == "2025-11-15T17:00:00+08:00"


def test_a_shift_into_summer_time_keeps_the_clock_on_the_wall():
    winter, summer = "2017-03-11 17:30:00", "2017-03-18 16:30:00"
    assert told(winter, days=7, zone=SHOP_ZONE).timestamp() == seconds(summer)
    assert told(winter, days=7, zone=SHOP_ZONE).isoformat() == "2017-03-18T12:30:00-04:00"


@pytest.mark.parametrize("day", range(1, 15))
def test_a_shifted_year_ends_today_or_up_to_six_days_ago_on_the_same_weekday(day):
    today = date(2026, 11, day)
    shift = calendars.shift_days(today=today)
    last = date.fromordinal(calendars.LAST_DAY.toordinal() + shift)
    assert last.weekday() == calendars.LAST_DAY.weekday()
    assert 0 <= (today - last).days <= 6


@pytest.mark.parametrize("day", range(1, 15))
def test_the_demo_has_a_day_of_sales_for_today_whatever_the_weekday(day):
    today = date(2026, 11, day)
    shift = calendars.shift_days_past(today=today)
    last = date.fromordinal(calendars.LAST_DAY.toordinal() + shift)
    assert last.weekday() == calendars.LAST_DAY.weekday()
    assert 0 <= (last - today).days <= 6


def test_the_same_household_is_the_same_person_every_time():
    assert people.person(7, edition=DEMO) == people.person(7, edition=DEMO)
    assert people.person(7, edition=DEMO) != people.person(8, edition=DEMO)


@pytest.mark.parametrize("edition", [DEMO, FULL], ids=lambda edition: edition.code)
def test_no_two_households_share_a_phone_or_an_address(edition):
    invented = [people.person(household, edition=edition) for household in range(1, 2_501)]
    assert len({person.phone for person in invented}) == 2_500
    assert len({person.email for person in invented}) == 2_500


def test_american_numbers_are_those_set_aside_for_fiction():
    numbers = [people.person(household, edition=FULL).phone for household in range(1, 2_501)]
    assert all(number[:2] == "+1" and number[5:10] == "55501" for number in numbers)


def test_a_birthday_fits_the_age_that_a_household_told():
    birthdays = [
        people.person(household, edition=FULL, age_band="35-44").birthday
        for household in range(1, 200)
    ]
    years = {birthday.year for birthday in birthdays if birthday}
    assert years == set(range(1973, 1983))


def test_a_household_of_the_demo_stays_in_its_city():
    cities = {shops.code_of(store, 42, edition=DEMO)[:2] for store in range(300, 400)}
    assert len(cities) == 1


@pytest.mark.parametrize(
    ("gross", "quantity", "price"), [(500, 2, 250), (100, 3, 33), (200, 3, 67), (2_007, 8_725, 0)]
)
def test_a_unit_price_is_rounded_half_up(gross, quantity, price):
    assert documents.unit_price(gross, quantity) == price


def test_a_line_that_the_till_counted_none_of_costs_its_gross():
    assert documents.unit_price(150, 0) == 150


@pytest.mark.parametrize(
    ("size", "chinese", "english"),
    [("12 OZ", "340克", "340 g"), ("2 L", "2升", "2 L"), ("1/2 GAL", "", ""), ("", "", "")],
)
def test_sizes_are_metric_and_what_is_no_plain_size_is_left_out(size, chinese, english):
    assert wares._size(size) == (chinese, english)
