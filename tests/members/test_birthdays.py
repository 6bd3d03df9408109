"""A birthday counts once a calendar year, and only when it was known in time."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

import pytest

from loyalty.models import Program
from members.rules import birthdays, completeness
from members.rules.birthdays import Policy, Told
from members.selectors import completeness as completeness_selector
from members.services import members
from tests import documented, world
from tests.documented import Row

PAGE = "algorithms/behaviors.md"
SHANGHAI = ZoneInfo("Asia/Shanghai")


def rows(heading: str) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("row", documented.rows(PAGE, heading), ids=str)


def day(text: str) -> date | None:
    return None if text in ("–", "at once") else date.fromisoformat(text)


@rows("Birthdays: told for the first time")
def test_a_birthday_told_too_late_counts_from_next_year(row: Row) -> None:
    policy = Policy(row.number("notice days"), SHANGHAI)
    told = row.day("birthday")
    counts = birthdays.counts_from(Told(), told, day=row.day("told on"), policy=policy)
    assert counts == day(row.text("counts from"))


@rows("Birthdays: changed")
def test_a_changed_birthday_grants_nothing_twice(row: Row) -> None:
    before = Told(day(row.text("old")), day(row.text("counted from")))
    counts = birthdays.counts_from(
        before, day(row.text("new")), day=row.day("told on"), policy=Policy()
    )
    assert counts == day(row.text("counts from"))


@rows("Birthdays: the day")
def test_29_february_falls_on_the_28th_in_common_years(row: Row) -> None:
    told = Told(row.day("birthday"))
    asked = row.day("day")
    assert birthdays.is_birthday(told, asked) is (row.text("birthday today") == "yes")
    assert birthdays.is_birthday_month(told, asked) is (row.text("birthday month") == "yes")


def test_before_it_counts_a_birthday_brings_nothing() -> None:
    told = Told(date(1990, 5, 17), date(2027, 1, 1))
    assert not birthdays.is_birthday(told, date(2026, 5, 17))
    assert not birthdays.is_birthday_month(told, date(2026, 5, 31))
    assert birthdays.is_birthday(told, date(2027, 5, 17))
    assert not birthdays.is_birthday(Told(), date(2027, 5, 17))


@rows("Profile complete")
def test_a_profile_is_complete_when_nothing_is_missing(row: Row) -> None:
    found = completeness.of(
        name=row.text("name").strip("–"),
        has_birthday=row.text("birthday") == "yes",
        gender=row.text("gender"),
        identity_kinds=row.text("identities").split(),
    )
    assert found.percent == row.number("percent")
    assert list(found.missing) == row.text("missing").strip("–").split()


@pytest.fixture
def shop(keys_made):
    world.open_shop()


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI)


@pytest.mark.django_db
def test_a_member_who_registers_19_days_before_their_birthday_waits_a_year(shop):
    told = at("2026-04-28T10:00")
    member = members.register(registration=world.ALICE, at=told).member
    member.refresh_from_db()
    assert member.birthday_counts_from_on == date(2027, 1, 1)


@pytest.mark.django_db
def test_whoever_told_it_30_days_before_has_it_this_year_and_a_change_in_its_month_counts_next(
    shop,
):
    member = members.register(registration=world.ALICE, at=at("2026-04-17T23:59")).member
    assert member.birthday_counts_from_on is None
    june = {"birthday": date(1990, 6, 30)}
    changed = members.update(member_id=member.pk, changes=june, at=at("2026-05-01T00:00"))
    assert changed.birthday_counts_from_on == date(2027, 1, 1)
    # Back again: the chain gains nothing.
    back = {"birthday": date(1990, 5, 17)}
    members.update(member_id=member.pk, changes=back, at=at("2026-05-02T00:00"))
    member.refresh_from_db()
    assert member.birthday_counts_from_on == date(2027, 1, 1)
    assert member.birthday_md == 517


@pytest.mark.django_db
def test_a_birthday_taken_away_and_told_again_gains_nothing(shop):
    member = members.register(registration=world.ALICE, at=at("2026-03-01T12:00")).member
    members.update(member_id=member.pk, changes={"birthday": None}, at=at("2026-05-20T12:00"))
    told = {"birthday": date(1990, 12, 24)}
    members.update(member_id=member.pk, changes=told, at=at("2026-06-01T12:00"))
    member.refresh_from_db()
    assert member.birthday_counts_from_on == date(2027, 1, 1)


@pytest.mark.django_db
def test_the_notice_is_a_setting_of_the_programme_and_its_day_is_the_programmes(shop):
    Program.objects.update(birthday_notice_days=10)
    # 6 May in UTC is 7 May in Shanghai: ten days before the 17th.
    member = members.register(registration=world.ALICE, at=at("2026-05-07T00:30")).member
    assert member.birthday_counts_from_on is None
    other = members.register(registration=world.BOB, at=at("2026-05-07T00:30")).member
    late = {"birthday": date(1990, 5, 16)}
    members.update(member_id=other.pk, changes=late, at=at("2026-05-07T00:30"))
    other.refresh_from_db()
    assert other.birthday_counts_from_on == date(2027, 1, 1)


@pytest.mark.django_db
def test_completeness_counts_a_phone_or_an_address_as_one_part(shop):
    alice = members.register(registration=world.ALICE, at=world.NOW).member
    bob = members.register(registration=world.BOB, at=world.NOW).member
    found = completeness_selector.of_members(member_ids=[alice.pk, bob.pk])
    assert (found[alice.pk].percent, found[alice.pk].is_full) == (100, True)
    assert (found[bob.pk].percent, found[bob.pk].missing) == (50, ("birthday", "gender"))
