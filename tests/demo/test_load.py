"""A few households through the product's own doors: stopped, resumed, repeated."""

import pytest
from django.core.management import CommandError

from analytics.models import MemberMetrics
from analytics.selectors import fact_checks
from config.demo import verification
from config.demo.editions import FULL
from loyalty.models import Order, Program
from members.models import Identity, Member
from members.selectors import members
from tests import kept
from tests.analytics.rolled import marks
from tests.demo.end_state import checksums
from tests.demo.loads import load_year

pytestmark = pytest.mark.django_db
HOUSEHOLDS = 4


@pytest.fixture(scope="module")
def year(django_db_setup, django_db_blocker):
    """What the load of a year said: made once, for all tests of this module."""
    yield from kept.rows(django_db_blocker, load_year)


def test_the_points_of_a_load_are_those_that_the_rule_gives_in_plain_sql(year):
    checks = verification.checks(source=FULL.source, is_whole=False)
    assert {check.name: check.found for check in checks}["points in the ledger"] > 1_000
    assert all(check.holds for check in checks)
    assert "WRONG" not in year


def test_the_facts_of_a_load_are_up_to_date(year):
    assert (marks(), fact_checks.findings()) == ((0, 0, 0), [])
    assert MemberMetrics.objects.count() == HOUSEHOLDS


def test_members_joined_at_their_first_order_in_its_shop(year):
    assert Member.objects.count() == HOUSEHOLDS
    for member in Member.objects.all():
        first = member.orders.order_by("occurred_at").first()
        assert (member.joined_at, member.store_id) == (first.occurred_at, first.store_id)


def test_a_household_is_found_by_its_number_in_the_data(year):
    household = Identity.objects.filter(issuer="completejourney").first().value
    found = members.find(kind="EXTERNAL", value=household, issuer="completejourney")
    assert found.orders.exists()


def test_the_programme_counts_in_dollars_and_new_york_time(year):
    program = Program.objects.get()
    assert (program.currency, program.time_zone) == ("USD", "America/New_York")
    assert set(Order.objects.values_list("currency", flat=True)) == {"USD"}


def test_a_second_run_has_nothing_to_do(year):
    before = checksums()
    assert "loaded by an earlier run" in load_year()
    assert checksums() == before


def test_sending_everything_again_changes_nothing(year):
    before = checksums()
    assert "0 orders refused" in load_year(again=True)
    assert checksums() == before


def test_other_dates_for_the_same_receipts_are_refused(year):
    before = checksums()
    with pytest.raises(CommandError, match="other dates"):
        load_year(shift_to_today=True)
    assert checksums() == before
