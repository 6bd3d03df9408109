"""Caps by calendar days, weeks, months and rolling hours, to the microsecond."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from campaigns.rules.contact_caps import Cap, Contact, room_at

SHANGHAI = ZoneInfo("Asia/Shanghai")
NEW_YORK = ZoneInfo("America/New_York")
# Monday 2 March, 14:00 in Shanghai.
NOW = datetime(2026, 3, 2, 6, tzinfo=UTC)
TINY = timedelta(microseconds=1)


def cap(most, window, *, medium="", hours=0):
    return Cap(medium=medium, most=most, window=window, hours=hours)


def room(caps, contacts, *, medium="SMS", at=NOW, zone=SHANGHAI):
    return room_at(caps, [Contact(*one) for one in contacts], medium=medium, at=at, zone=zone)


@pytest.mark.parametrize(
    ("window", "ends_at"),
    [
        ("DAY", datetime(2026, 3, 2, 16, tzinfo=UTC)),
        ("WEEK", datetime(2026, 3, 8, 16, tzinfo=UTC)),
        ("MONTH", datetime(2026, 3, 31, 16, tzinfo=UTC)),
    ],
)
def test_a_full_calendar_window_has_room_again_at_its_end_on_the_members_wall(window, ends_at):
    one = [("SMS", NOW - timedelta(hours=1))]

    assert room([cap(1, window)], one) == ends_at
    assert room([cap(2, window)], one) is None
    assert room([cap(1, window)], one, at=ends_at - TINY) == ends_at
    assert room([cap(1, window)], one, at=ends_at) is None


def test_yesterday_evening_is_another_day_though_an_hour_ago():
    midnight = datetime(2026, 3, 1, 16, tzinfo=UTC)
    late = [("SMS", midnight - TINY)]

    assert room([cap(1, "DAY")], late, at=midnight) is None
    assert room([cap(1, "ROLLING", hours=24)], late, at=midnight) == (
        midnight - TINY + timedelta(hours=24)
    )


def test_a_rolling_window_lets_go_exactly_its_hours_later():
    sent_at = NOW - timedelta(hours=24)

    assert room([cap(1, "ROLLING", hours=24)], [("SMS", sent_at)]) is None
    assert room([cap(1, "ROLLING", hours=24)], [("SMS", sent_at + TINY)]) == NOW + TINY


@pytest.mark.parametrize(
    ("window", "hours", "until"),
    [
        ("DAY", 0, datetime(2026, 3, 2, 16, tzinfo=UTC)),
        ("ROLLING", 24, NOW + timedelta(hours=24)),
    ],
)
@pytest.mark.parametrize("ahead", [timedelta(seconds=1), timedelta(hours=30)])
def test_what_a_sender_with_a_later_clock_sent_counts_as_sent_now(window, hours, until, ahead):
    sent = [("SMS", NOW + ahead)]

    assert room([cap(1, window, hours=hours)], sent) == until


def test_of_three_in_a_rolling_window_of_two_the_second_last_makes_room():
    contacts = [("SMS", NOW - timedelta(hours=hours)) for hours in (20, 10, 5)]

    assert room([cap(2, "ROLLING", hours=24)], contacts) == NOW + timedelta(hours=14)


def test_a_cap_of_one_channel_counts_that_channel_and_a_cap_of_all_counts_all():
    mail = [("EMAIL", NOW - timedelta(hours=1))]

    assert room([cap(1, "DAY", medium="SMS")], mail) is None
    assert room([cap(1, "DAY", medium="EMAIL")], mail, medium="SMS") is None
    assert room([cap(1, "DAY")], mail) is not None


def test_of_several_full_caps_the_last_to_open_counts():
    one = [("SMS", NOW - timedelta(hours=1))]

    assert room([cap(1, "DAY"), cap(1, "ROLLING", hours=48)], one) == NOW + timedelta(hours=47)


def test_a_day_of_23_hours_ends_at_its_midnight():
    # 8 March 2026 in New York has 23 hours; 10:00 there is 14:00 UTC.
    at = datetime(2026, 3, 8, 14, tzinfo=UTC)

    until = room([cap(1, "DAY")], [("SMS", at)], at=at, zone=NEW_YORK)

    assert until == datetime(2026, 3, 9, 4, tzinfo=UTC)
    assert until - datetime(2026, 3, 8, 5, tzinfo=UTC) == timedelta(hours=23)
