"""docs/algorithms/entries.md, row by row."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from campaigns.models import Enrollment
from campaigns.rules import occurrences
from campaigns.rules.entries import RecurringEntry
from members.models import Member
from members.services import members
from tests import documented, world
from tests.campaigns import made
from tests.campaigns.happened import NOT_BOUGHT, after, buy, hear, view
from tests.campaigns.shop import enroll
from tests.campaigns.test_audiences import campaign, rows

PAGE = "algorithms/entries.md"
DAYS = {
    "every day": {"weekdays": tuple(range(7))},
    "Monday": {"weekdays": (0,)},
    "day 31": {"month_days": (31,)},
}


def utc(text):
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize("row", documented.rows(PAGE, "When runs are due"), ids=str)
def test_a_run_is_due_when_the_table_says(row):
    entry = RecurringEntry(clock=time.fromisoformat(row.cells["at"]), **DAYS[row.cells["on"]])
    found = occurrences.next_after(
        entry, utc(row.cells["after (UTC)"]), ZoneInfo(row.cells["zone"])
    )
    assert found == utc(row.cells["next (UTC)"])


@pytest.mark.django_db
@pytest.mark.parametrize("row", documented.rows(PAGE, "Dates"), ids=str)
def test_a_date_brings_in_whom_the_table_says(shop, row):
    told, due_on = date.fromisoformat(row.cells["told"]), date.fromisoformat(row.cells["due on"])
    registration = members.Registration(birthday=told if row.cells["date"] == "BIRTHDAY" else None)
    joined_at = datetime(2020, 1, 1, tzinfo=UTC)
    if row.cells["date"] == "JOINED":
        joined_at = datetime(told.year, told.month, told.day, 4, tzinfo=UTC)
    member = world.register(registration, at=joined_at)
    Member.objects.update(birthday_counts_from_on=None)
    of = campaign(
        "DATE", {"date": row.cells["date"], "days": int(row.cells["days"]), "clock": "08:00"}
    )
    due_at = datetime(due_on.year, due_on.month, due_on.day, tzinfo=UTC)
    wanted = (
        {member.pk: f"{row.cells['key']}:{member.pk}"} if row.cells["who comes in"] == "yes" else {}
    )
    assert rows(of, due_at) == wanted


@pytest.mark.django_db
@pytest.mark.parametrize("row", documented.rows(PAGE, "Patterns of events"), ids=str)
def test_a_pattern_ends_as_the_table_says(shop, row):
    made.running("not-bought", entry_rule=NOT_BOUGHT, at=made.NOW - timedelta(hours=1))
    member = enroll()
    told_at = after(1_445)
    for product, minute in _said(row.cells["bought"]):
        buy(member, minute, product, at=told_at)
    for product, minute in _said(row.cells["viewed"]):
        view(member, minute, product=product, at=told_at)
        hear(1_445)
    found = Enrollment.objects.first()
    if not row.cells["comes in at"]:
        assert found is None
        return
    assert found is not None
    assert found.context["occurred_at"] == after(int(row.cells["comes in at"])).isoformat()
    assert (found.state == "EXITED") is (row.cells["is out"] == "yes")
    if found.state == "WATCHING":
        assert found.due_at == after(int(row.cells["watched until"]))


def _said(cell):
    return [(one[0], int(one[1:])) for one in cell.split()]
