"""When runs are due: the same clock on the wall, whatever the zone does to it."""

from datetime import UTC, datetime, time
from zoneinfo import ZoneInfo

import pytest

from campaigns.rules import occurrences
from campaigns.rules.entries import AtEntry, EventEntry, Happening, NowEntry, RecurringEntry
from campaigns.rules.entries import StateEntry as Daily

SHANGHAI, NEW_YORK = ZoneInfo("Asia/Shanghai"), ZoneInfo("America/New_York")


def utc(*parts: int) -> datetime:
    year, month, day, *clock = parts
    hour, minute = (*clock, 0, 0)[:2]
    return datetime(year, month, day, hour, minute, tzinfo=UTC)


def following(entry, after, zone, times):
    found = []
    for _time in range(times):
        after = occurrences.next_after(entry, after, zone)
        found.append(after)
    return found


def test_the_31st_is_the_last_day_of_a_shorter_month_and_comes_once():
    ends = RecurringEntry(clock=time(8), month_days=(30, 31))
    assert following(ends, utc(2026, 1, 1), SHANGHAI, 5) == [
        utc(2026, 1, 30),
        utc(2026, 1, 31),
        utc(2026, 2, 28),
        utc(2026, 3, 30),
        utc(2026, 3, 31),
    ]
    assert occurrences.next_after(ends, utc(2028, 2, 1), SHANGHAI) == utc(2028, 2, 29)


def test_weekdays_are_those_of_the_shop():
    monday = RecurringEntry(clock=time(7), weekdays=(0,))
    # Sunday 23:00 in UTC is Monday 07:00 in Shanghai.
    assert occurrences.next_after(monday, utc(2026, 3, 1), SHANGHAI) == utc(2026, 3, 1, 23)


def test_an_instant_itself_is_not_after_it_but_due_at_it():
    daily = Daily(clock=time(8))
    assert occurrences.next_after(daily, utc(2026, 3, 2), SHANGHAI) == utc(2026, 3, 3)
    assert occurrences.due(daily, utc(2026, 3, 1), utc(2026, 3, 2), SHANGHAI) == utc(2026, 3, 2)
    assert occurrences.due(daily, utc(2026, 3, 2), utc(2026, 3, 2), SHANGHAI) is None


def test_a_clock_that_a_gap_leaves_out_shows_an_hour_later():
    daily = Daily(clock=time(2, 30))
    # On 8 March the clocks of New York go from 02:00 to 03:00: 03:30 there is 07:30 in UTC.
    assert following(daily, utc(2026, 3, 7, 12), NEW_YORK, 2) == [
        utc(2026, 3, 8, 7, 30),
        utc(2026, 3, 9, 6, 30),
    ]


def test_an_hour_that_the_clock_shows_twice_is_one_occurrence():
    daily = Daily(clock=time(1, 30))
    assert following(daily, utc(2026, 11, 1), NEW_YORK, 2) == [
        utc(2026, 11, 1, 5, 30),
        utc(2026, 11, 2, 6, 30),
    ]
    second = utc(2026, 11, 1, 6, 30)
    assert occurrences.due(daily, utc(2026, 11, 1, 5, 30), second, NEW_YORK) is None


def test_three_days_that_were_missed_are_one_run_of_the_last():
    daily = Daily(clock=time(8))
    last, at = utc(2026, 3, 2), utc(2026, 3, 5, 5)
    assert occurrences.due(daily, last, at, SHANGHAI) == utc(2026, 3, 5)
    assert occurrences.missed(daily, last, utc(2026, 3, 5), SHANGHAI) == [
        utc(2026, 3, 4),
        utc(2026, 3, 3),
    ]


def test_a_time_comes_once():
    once = AtEntry(at=datetime(2026, 3, 2, 8, tzinfo=SHANGHAI))
    assert occurrences.next_after(once, utc(2026, 3, 1), SHANGHAI) == utc(2026, 3, 2)
    assert occurrences.next_after(once, utc(2026, 3, 2), SHANGHAI) is None
    assert occurrences.due(once, utc(2026, 3, 1), utc(2026, 4, 1), SHANGHAI) == utc(2026, 3, 2)
    assert occurrences.due(once, utc(2026, 3, 2), utc(2026, 4, 1), SHANGHAI) is None


@pytest.mark.parametrize("entry", [NowEntry(), EventEntry(happening=Happening(event="x"))])
def test_who_comes_by_hand_or_one_by_one_has_no_occurrences(entry):
    assert occurrences.next_after(entry, utc(2026, 1, 1), SHANGHAI) is None
    assert occurrences.due(entry, utc(2026, 1, 1), utc(2026, 2, 1), SHANGHAI) is None
