"""Who comes in with an occurrence: rows by hand, since runs are tested where they are made."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import connection

from analytics.services import segment_overrides
from campaigns.models import Campaign, CampaignVersion, Enrollment, Run
from campaigns.selectors import audiences
from campaigns.services import campaign_bounds
from members.models import Member, Store
from members.services import members
from tests import world
from tests.analytics import segment_shop as segments

NOW = world.NOW
CLOCK = {"clock": "08:00"}
pytestmark = pytest.mark.django_db


@pytest.fixture
def people(keys_made):
    world.open_shop()
    return [world.register(one, at=NOW - timedelta(days=400)) for one in (world.ALICE, world.BOB)]


def campaign(entry, rule=None, **fields):
    code = f"c{Campaign.objects.count()}"
    return Campaign.objects.create(
        code=code, name_en=code, entry=entry, entry_rule=rule or {}, **fields
    )


def rows(of, due_at=NOW, at=None, low=0, high=2**62):
    sql, params = audiences.audience_sql(of, due_at=due_at, at=at or due_at)
    with connection.cursor() as cursor:
        cursor.execute(sql, {**params, "low": low, "high": high})
        return dict(cursor.fetchall())


def entered(of, member, key, *, at, state="DONE", due_at=None):
    version, _ = CampaignVersion.objects.get_or_create(
        campaign=of, number=1, defaults={"content": {}, "content_hash": "x", "created_at": NOW}
    )
    run, _ = Run.objects.get_or_create(
        campaign=of,
        key=str(due_at or at),
        defaults={
            "version": version,
            "kind": "FROZEN",
            "due_at": due_at or at,
            "started_at": at,
        },
    )
    ends = {"ended_at": at} if state in ("DONE", "EXITED", "EXCLUDED") else {}
    return Enrollment.objects.create(
        run=run,
        campaign=of,
        version=version,
        member=member,
        entry_key=key,
        bucket=1,
        arm="a",
        state=state,
        reason="consent" if state == "EXCLUDED" else "",
        entered_at=at,
        **ends,
    )


def test_a_run_is_for_everybody_once_and_part_by_part(people):
    alice, bob = people
    everybody = campaign("NOW")
    assert rows(everybody) == {
        alice.pk: f"run:20260302T060000Z:{alice.pk}",
        bob.pk: f"run:20260302T060000Z:{bob.pk}",
    }
    assert list(rows(everybody, high=alice.pk)) == [alice.pk]
    assert list(rows(everybody, low=alice.pk)) == [bob.pk]
    assert audiences.count(everybody, at=NOW) == 2


def test_a_condition_asks_nothing_of_who_objected_to_profiling(people):
    alice, _bob = people
    of_women = campaign("NOW", condition=segments.FEMALE)
    assert list(rows(of_women)) == [alice.pk]
    assert audiences.eligible(of_women, member_ids=[one.pk for one in people], at=NOW) == {alice.pk}
    Member.objects.filter(pk=alice.pk).update(is_profiled=False)
    assert rows(of_women) == {}
    assert len(rows(campaign("NOW"))) == 2
    Member.objects.filter(pk=alice.pk).update(state="RESTRICTED")
    assert len(rows(campaign("NOW"))) == 1


def test_a_dynamic_segment_is_judged_anew_with_its_hands(people):
    alice, bob = people
    ladies = segments.define()
    assert list(rows(campaign("NOW", segment=ladies))) == [alice.pk]
    for member, is_included in ((alice, False), (bob, True)):
        segment_overrides.put(
            segment_id=ladies.pk, member_ids=[member.pk], is_included=is_included, at=NOW
        )
    assert list(rows(campaign("NOW", segment=ladies))) == [bob.pk]


def test_a_static_segment_is_as_it_was_built_within_the_stores_of_the_pilot(people):
    alice, _bob = people
    fixed = segments.define("fixed", segments.EVERYBODY, kind="STATIC")
    assert rows(campaign("NOW", segment=fixed)) == {}
    segments.build(fixed)
    pilot = campaign("NOW", segment=fixed)
    assert len(rows(pilot)) == 2
    pilot.stores.add(Store.objects.get(code="SH01"))
    assert list(rows(pilot)) == [alice.pk]


BIRTHDAY = {"date": "BIRTHDAY", **CLOCK}


def born(day):
    return world.register(members.Registration(birthday=day), at=NOW - timedelta(days=400))


def test_29_february_is_the_28th_in_common_years_and_itself_in_leap_years(people):
    leap, last = born(date(2000, 2, 29)), born(date(2001, 2, 28))
    birthday = campaign("DATE", BIRTHDAY)
    at_28, at_29 = datetime(2026, 2, 28, tzinfo=UTC), datetime(2028, 2, 29, tzinfo=UTC)
    assert rows(birthday, at_28) == {
        leap.pk: f"birthday:2026:{leap.pk}",
        last.pk: f"birthday:2026:{last.pk}",
    }
    assert rows(birthday, datetime(2028, 2, 28, tzinfo=UTC)) == {
        last.pk: f"birthday:2028:{last.pk}"
    }
    assert rows(birthday, at_29) == {leap.pk: f"birthday:2028:{leap.pk}"}


def test_days_before_a_birthday_cross_the_years_end(people):
    member = born(date(1990, 1, 4))
    before = campaign("DATE", {**BIRTHDAY, "days": -7})
    after = campaign("DATE", {**BIRTHDAY, "days": 7})
    # 8 in the morning of 28 December in Shanghai: the birthday is next year's.
    assert rows(before, datetime(2026, 12, 28, tzinfo=UTC)) == {
        member.pk: f"birthday:2027:{member.pk}"
    }
    assert rows(after, datetime(2026, 1, 11, tzinfo=UTC)) == {
        member.pk: f"birthday:2026:{member.pk}"
    }


def test_a_birthday_has_to_count_by_then(people):
    member = born(date(1990, 3, 2))
    Member.objects.filter(pk=member.pk).update(birthday_counts_from_on=date(2027, 1, 1))
    birthday = campaign("DATE", BIRTHDAY)
    assert rows(birthday, datetime(2026, 3, 2, tzinfo=UTC)) == {}
    assert rows(birthday, datetime(2027, 3, 2, tzinfo=UTC)) == {
        member.pk: f"birthday:2027:{member.pk}"
    }


def test_the_day_of_joining_comes_back_from_the_year_after_on(people):
    alice, bob = people
    joined = campaign("DATE", {"date": "JOINED", **CLOCK})
    # Both joined on 26 January 2025, 14:00 in Shanghai.
    assert rows(joined, datetime(2025, 1, 26, tzinfo=UTC)) == {}
    assert rows(joined, datetime(2026, 1, 26, tzinfo=UTC)) == {
        alice.pk: f"joined:2026:{alice.pk}",
        bob.pk: f"joined:2026:{bob.pk}",
    }


def test_days_that_were_missed_come_along_only_where_late_ones_are_sent(people):
    yesterday, today = born(date(1990, 3, 1)), born(date(1990, 3, 2))
    at = datetime(2026, 3, 2, tzinfo=UTC)
    for policy, wanted in (("SKIP", {today.pk}), ("SEND", {today.pk, yesterday.pk})):
        one = campaign("DATE", BIRTHDAY, late_policy=policy, expires_hours=48)
        # The last run was on 26 February; the 28th is expired by 2 March, 00:00.
        entered(one, people[0], "x", at=at - timedelta(days=4))
        born_before = born(date(1990, 2, 27))
        assert set(rows(one, at)) == wanted
        assert born_before.pk not in rows(one, at)


def test_whoever_comes_to_be_so_comes_once_also_if_they_were_left_out(people):
    alice, bob = people
    state = campaign("STATE", CLOCK, condition=segments.EVERYBODY)
    assert rows(state) == {alice.pk: f"m:{alice.pk}", bob.pk: f"m:{bob.pk}"}
    entered(state, alice, f"m:{alice.pk}", at=NOW, state="EXCLUDED")
    assert rows(state, NOW + timedelta(days=999)) == {bob.pk: f"m:{bob.pk}"}


def test_a_state_comes_again_after_its_days_unless_the_member_is_in_still(people):
    alice, bob = people
    state = campaign("STATE", CLOCK, condition=segments.EVERYBODY, re_entry_days=30)
    first = rows(state)
    assert first == {alice.pk: f"m:{alice.pk}:0", bob.pk: f"m:{bob.pk}:0"}
    entered(state, alice, first[alice.pk], at=NOW)
    entered(state, bob, first[bob.pk], at=NOW, state="WAITING")
    # Calendar days of the shop: 14:00 on 2 March, and any time on 1 April.
    assert rows(state, NOW + timedelta(days=29, hours=9)) == {}
    assert rows(state, NOW + timedelta(days=29, hours=11)) == {alice.pk: f"m:{alice.pk}:1"}


def test_a_recurring_one_asks_again_whom_the_last_run_left_out(people):
    alice, bob = people
    weekly = campaign("RECURRING", {**CLOCK, "weekdays": [0]}, re_entry_days=30)
    entered(weekly, alice, "a", at=NOW)
    entered(weekly, bob, "b", at=NOW, state="EXCLUDED")
    assert list(rows(weekly, NOW + timedelta(days=7))) == [bob.pk]
    # A week later, some seconds sooner in the day than the last time.
    weekly.re_entry_days = 7
    assert len(rows(weekly, NOW + timedelta(days=7) - timedelta(seconds=5))) == 2
    weekly.re_entry_days = None
    assert len(rows(weekly, NOW + timedelta(days=7))) == 2


def test_the_fullest_day_of_the_year_is_what_an_approval_by_date_is_for(people):
    """29 February falls on the 28th of common years, so both are one day."""
    alice, bob = people
    third = world.register(members.Registration(identities=(), name="Third", channel="pos"), at=NOW)
    for member, month_day in ((alice, 228), (bob, 229), (third, 301)):
        Member.objects.filter(pk=member.pk).update(birthday_md=month_day)
    birthday = campaign("DATE", {"date": "BIRTHDAY", "days": 0, **CLOCK})
    joined = campaign("DATE", {"date": "JOINED", "days": 0, **CLOCK})

    assert audiences.count(birthday, at=NOW) == 0
    assert audiences.fullest_day(birthday, at=NOW) == 2
    assert audiences.fullest_day(joined, at=NOW) == 2
    # A tenth more, and ten.
    assert campaign_bounds.of_campaign(birthday, NOW).members_count == 13
