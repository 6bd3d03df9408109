"""docs/algorithms/night.md, run row by row: short and long days, leap days, the clock set back."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from loyalty.errors import InsufficientPoints
from loyalty.models import Account, LedgerEntry
from loyalty.rules import calendar
from loyalty.rules.calendar import Validity
from loyalty.selectors import accounts, ledger_checks
from loyalty.services import points
from members.services import nights
from tests import documented
from tests.documented import Row
from tests.loyalty import till

PAGE = "algorithms/night.md"
SHANGHAI = ZoneInfo("Asia/Shanghai")


def rows(heading: str) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("row", documented.rows(PAGE, heading), ids=str)


def _validity(text: str) -> Validity:
    count, _, unit = text.partition(" ")
    return Validity(unit.upper(), int(count))


def _wall(row: Row, column: str) -> datetime:
    found = row.instant(column, ZoneInfo(row.text("zone")))
    assert found is not None
    return found


@rows("Days that aren't 24 hours (run)")
def test_a_day_is_as_long_as_its_zone_says(row: Row) -> None:
    earned_at = _wall(row, "earned")
    zone = ZoneInfo(row.text("zone"))
    gone_at = calendar.expiry(earned_at.astimezone(UTC), _validity(row.text("validity")), zone)
    assert gone_at == _wall(row, "gone at").astimezone(UTC)
    lasted = gone_at - earned_at.astimezone(UTC)
    # The half-hour of the last row is rounded up: the table has whole hours.
    assert -(-lasted.total_seconds() // 3_600) == row.number("hours")


@rows("Ends of months and leap days (run)")
def test_a_month_ends_on_its_last_day(row: Row) -> None:
    zone = ZoneInfo(row.text("zone"))
    gone_at = calendar.expiry(_wall(row, "earned"), _validity(row.text("validity")), zone)
    assert gone_at == _wall(row, "gone at")


@rows("The turn of the year in Shanghai (run)")
def test_the_programme_s_year_turns_at_its_own_midnight(row: Row) -> None:
    at = row.instant("instant, UTC", ZoneInfo("UTC"))
    assert at is not None
    assert calendar.local_day(at, SHANGHAI) == row.day("day in Shanghai")
    gone_at = calendar.expiry(at, _validity(row.text("validity")), SHANGHAI)
    assert gone_at == row.instant("gone at, UTC", ZoneInfo("UTC"))


@pytest.mark.django_db
def test_an_order_at_the_turn_of_the_year_is_of_the_new_year_s_first_day(alice):
    at = datetime(2026, 12, 31, 16, 0, tzinfo=UTC)
    till.sell("o-1", till.line("1", 10_000), when=at)
    lot = alice.lots.get()
    assert calendar.local_day(at, SHANGHAI).isoformat() == "2027-01-01"
    # Twelve months from the 1st of January, through its end in Shanghai.
    assert lot.expires_at == datetime(2028, 1, 1, 16, 0, tzinfo=UTC)


@pytest.mark.django_db
def test_a_clock_that_is_set_back_brings_nothing_back_and_takes_nothing_twice(alice):
    for number, until in ((100, "2026-11-22T12:00"), (50, None)):
        points.grant(
            member_id=alice.pk, points=number, key=f"g-{number}", reason="opening",
            at=till.at("2026-11-01"), expires_at=until and till.at(until),
        )  # fmt: skip
    for number, row in enumerate(documented.rows(PAGE, "The clock set back (run)")):
        now = row.instant("server's now", SHANGHAI)
        assert now is not None
        assert _answer(alice.pk, row.text("what"), now, number) == row.text("answer"), str(row)
    entries = list(LedgerEntry.objects.filter(member_id=alice.pk).order_by("pk"))
    assert [(entry.kind, entry.points) for entry in entries] == [
        ("EARN", 100), ("EARN", 50), ("EXPIRE", -100), ("REDEEM", -20),
    ]  # fmt: skip
    # The clock's own words: the redemption was recorded an hour before what came before it.
    assert entries[3].recorded_at < entries[2].recorded_at
    assert [entry.active_after for entry in entries] == [100, 150, 50, 30]
    assert Account.objects.get().expired_points == 100
    assert ledger_checks.findings() == []


def _answer(member_id: int, what: str, now: datetime, number: int) -> str:
    if what == "night":
        did = nights.run(at=now)
        assert did is not None
        return str(did["loyalty.settle_lots"])
    if what == "available":
        account = accounts.account(member_id=member_id, at=now)
        assert account is not None
        return str(account.available)
    asked = int(what.removeprefix("spend "))
    try:
        points.redeem(member_id=member_id, points=asked, key=f"s-{number}", reason="x", at=now)
    except InsufficientPoints:
        return "refused"
    return "done"
