"""The calendar: runs that were, runs to come, and those that meet the same members."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from analytics.models import Segment, SegmentMember
from campaigns.models import Campaign, FrequencyCap
from campaigns.selectors import calendar
from campaigns.selectors.calendar import Span
from campaigns.services import campaigns
from tests import world

pytestmark = pytest.mark.django_db
SHANGHAI = ZoneInfo("Asia/Shanghai")
# NOW is Monday, 2 March 2026, 14:00 in Shanghai.
MARCH = Span(date(2026, 3, 2), date(2026, 3, 15), SHANGHAI)
AT = {"at": "2026-03-04T18:00:00+08:00"}


@pytest.fixture
def people(keys_made):
    world.open_shop()
    return [world.register(one) for one in (world.ALICE, world.BOB, world.CHARLIE)]


def segment(code, members):
    made = Segment.objects.create(code=code, name_en=code, kind="STATIC", created_at=world.NOW)
    for member in members:
        SegmentMember.objects.create(segment=made, member=member, since_at=world.NOW)
    return made


def drafted(code, entry, rule, *, of=None, **values):
    draft = campaigns.Draft(
        code=code,
        name_en=code,
        values={"entry": entry, "entry_rule": rule, "segment": of, **values},
    )
    return campaigns.create(draft=draft, actor=None, at=world.NOW)


def read(span=MARCH, share=20):
    found = calendar.read(span=span, share_percent=share, at=world.NOW)
    return found, {day.on: day for day in found.days}


def test_recurring_campaigns_stand_at_each_of_their_times_to_come(people):
    drafted("weekly", "RECURRING", {"weekdays": [0, 3], "clock": "10:00"})

    _found, days = read()

    # Today's 10:00 is over.
    assert [on for on, day in days.items() if day.occasions] == [
        date(2026, 3, 5),
        date(2026, 3, 9),
        date(2026, 3, 12),
    ]
    assert days[date(2026, 3, 5)].occasions[0].at == datetime(2026, 3, 5, 2, tzinfo=UTC)


def test_what_ends_before_or_begins_later_is_left_out(people):
    rule = {"weekdays": [0, 1, 2, 3, 4, 5, 6], "clock": "10:00"}
    drafted(
        "some",
        "RECURRING",
        rule,
        starts_at=world.NOW + timedelta(days=2),
        ends_at=world.NOW + timedelta(days=4),
    )

    _found, days = read()

    assert [on.day for on, day in days.items() if day.occasions] == [5, 6]


def test_two_campaigns_of_a_day_collide_by_members_in_both_segments(people):
    alice, bob, charlie = people
    first = drafted("a", "AT", AT, of=segment("s-a", [alice, bob, charlie]))
    second = drafted("b", "AT", AT, of=segment("s-b", [bob]))
    drafted("c", "AT", AT)
    FrequencyCap.objects.create(most_count=1, window="DAY")

    found, days = read()

    day = days[date(2026, 3, 4)]
    assert [one.campaign.code for one in day.occasions] == ["a", "b", "c"]
    assert [(one.first_id, one.second_id, one.both_count) for one in day.collisions] == [
        (first.pk, second.pk, 1)
    ]
    assert day.over_cap_count == 1
    assert (found.daily_cap, found.is_compared) == (1, True)


def test_campaigns_by_date_are_shown_and_not_compared(people):
    both = segment("s", people)
    drafted("a", "AT", AT, of=both)
    drafted("birthday", "DATE", {"date": "BIRTHDAY", "days": 0, "clock": "09:00"}, of=both)

    _found, days = read()

    day = days[date(2026, 3, 4)]
    assert [one.campaign.code for one in day.occasions] == ["birthday", "a"]
    assert not day.collisions


def test_campaigns_by_events_stand_above_the_days(people):
    made = drafted("always", "EVENT", {"event": "loyalty.order.recorded"})
    Campaign.objects.filter(pk=made.pk).update(state="IN_REVIEW")

    found, days = read()

    assert found.standing == []
    assert not any(day.occasions for day in days.values())


def test_a_month_of_many_campaigns_asks_six_times(people, django_assert_max_num_queries):
    both = segment("s", people)
    rule = {"weekdays": [0, 1, 2, 3, 4, 5, 6], "clock": "10:00"}
    for number in range(8):
        drafted(f"daily-{number}", "RECURRING", rule, of=both)

    with django_assert_max_num_queries(9):
        _found, days = read()

    assert len(days[date(2026, 3, 3)].collisions) == 28
