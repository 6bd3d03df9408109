"""A few households through the product's own doors: stopped, resumed, repeated."""

import json
import stat
from io import StringIO
from itertools import count

import pytest
from django.core.management import CommandError, call_command

from config.demo import catalogue, plans, programs, telling, verification
from config.demo.editions import FULL
from loyalty.models import Account, LedgerEntry, Order, Program, Refund
from members.models import ApiClient, Identity, Member, User
from members.selectors import members
from members.services import jobs
from tests.demo.end_state import checksums
from tests.world import NOW

pytestmark = pytest.mark.django_db
HOUSEHOLDS = 4


def load_year(**options):
    out = StringIO()
    options = {"households": HOUSEHOLDS, "processes": 0} | options
    call_command("load_completejourney", stdout=out, **options)
    return out.getvalue()


def test_the_points_of_a_load_are_those_that_the_rule_gives_in_plain_sql(keys_made):
    said = load_year()
    checks = verification.checks(source=FULL.source, is_whole=False)
    assert {check.name: check.found for check in checks}["points in the ledger"] > 1_000
    assert all(check.holds for check in checks)
    assert "WRONG" not in said


def test_members_joined_at_their_first_order_in_its_shop(keys_made):
    load_year()
    assert Member.objects.count() == HOUSEHOLDS
    for member in Member.objects.all():
        first = member.orders.order_by("occurred_at").first()
        assert (member.joined_at, member.store_id) == (first.occurred_at, first.store_id)


def test_a_household_is_found_by_its_number_in_the_data(keys_made):
    load_year()
    household = Identity.objects.filter(issuer="completejourney").first().value
    found = members.find(kind="EXTERNAL", value=household, issuer="completejourney")
    assert found.orders.exists()


def test_the_programme_counts_in_dollars_and_new_york_time(keys_made):
    load_year()
    program = Program.objects.get()
    assert (program.currency, program.time_zone) == ("USD", "America/New_York")
    assert set(Order.objects.values_list("currency", flat=True)) == {"USD"}


def test_baskets_worth_nothing_are_orders_without_a_payment_and_without_points(keys_made):
    load_year(households=20)
    nothing = Order.objects.filter(net_amount=0)
    assert nothing.count() > 0
    assert set(nothing.values_list("money_amount", "earned_points")) == {(0, 0)}


def test_a_second_run_has_nothing_to_do(keys_made):
    load_year()
    before = checksums()
    assert "loaded by an earlier run" in load_year()
    assert checksums() == before


def test_sending_everything_again_changes_nothing(keys_made):
    load_year()
    before = checksums()
    assert "0 orders refused" in load_year(again=True)
    assert checksums() == before


def test_other_dates_for_the_same_receipts_are_refused(keys_made):
    load_year()
    before = checksums()
    with pytest.raises(CommandError, match="other dates"):
        load_year(shift_to_today=True)
    assert checksums() == before


def begun(plan):
    """A load whose people are there and whose orders wait."""
    programs.set_up(edition=plan.edition, at=NOW)
    catalogue.set_up(plan)
    people = jobs.take_up(kind=plans.PEOPLE, params=plan.params(), at=NOW)
    jobs.run(job_id=people.pk, clock=lambda: NOW)
    return jobs.take_up(kind=plans.ORDERS, params=plan.params(shard=0), at=NOW)


def test_a_stopped_load_goes_on_where_it_ended(keys_made):
    plan = plans.settle(edition=FULL, households=20, is_shifted=False, shards=1, at=NOW)
    job = begun(plan)
    heard = count(1)

    def clock():
        # Called at the claim, at the start, and after each chunk: somebody stops it after two.
        if next(heard) == 4:
            jobs.cancel(job_id=job.pk, at=NOW)
        return NOW

    assert jobs.run(job_id=job.pk, clock=clock) == "CANCELED"
    job.refresh_from_db()
    assert (job.cursor, Order.objects.count()) == ({"row": 1_000}, 1_000)

    said = load_year(households=20)
    assert "0 orders refused" in said
    assert "WRONG" not in said
    assert Order.objects.count() == len(telling.whole(plan))
    job.refresh_from_db()
    assert (job.state, job.done_count) == ("DONE", telling.whole(plan).lines_count)


def demo(tmp_path, **options):
    out = StringIO()
    file = tmp_path / "access.json"
    call_command("load_demo", households=6, processes=0, access_file=file, stdout=out, **options)
    return file, out.getvalue()


def test_the_demo_tells_the_year_in_yuan_until_now_with_points_spent_and_refunds(
    keys_made, tmp_path
):
    demo(tmp_path)
    assert set(Order.objects.values_list("currency", flat=True)) == {"CNY"}
    told = Order.objects.filter(source="demo")
    assert {net % 7 for net in told.values_list("net_amount", flat=True)} == {0}
    assert LedgerEntry.objects.filter(kind="REDEEM").exists()
    assert Refund.objects.exists()
    call_command("verify_ledger", stdout=StringIO())


def test_the_demo_lets_every_role_in_and_tells_its_owner_alone(keys_made, tmp_path):
    file, _ = demo(tmp_path)
    access = json.loads(file.read_text())
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert len(access["logins"]) == 9
    for login in access["logins"]:
        user = User.objects.get(username=login["username"])
        assert user.check_password(login["password"])
        assert user.groups.count() == 1
    assert User.objects.get(username="clerk").stores.get().code == "SH01"
    assert ApiClient.objects.get().client_id == access["client"]["id"]


def test_the_sample_of_the_demo_is_a_member_of_the_clerks_shop(keys_made, tmp_path):
    file, _ = demo(tmp_path)
    sample = json.loads(file.read_text())["sample"]
    member = members.find(kind="PHONE", value=sample["phone"])
    assert Account.objects.get(member=member).earned_points > 0


def test_a_second_run_of_the_demo_keeps_passwords_and_data(keys_made, tmp_path):
    file, _ = demo(tmp_path)
    before, access = checksums(), file.read_text()
    demo(tmp_path)
    assert (checksums(), file.read_text()) == (before, access)


def test_lost_access_is_given_anew_without_touching_the_data(keys_made, tmp_path):
    file, _ = demo(tmp_path)
    before, lost = checksums(), json.loads(file.read_text())
    file.unlink()
    demo(tmp_path)
    found = json.loads(file.read_text())
    assert found["client"]["secret"] != lost["client"]["secret"]
    assert found["logins"][0]["password"] != lost["logins"][0]["password"]
    assert checksums() == before


@pytest.mark.parametrize("environment", ["production"])
def test_the_demo_refuses_a_shops_own_database(keys_made, tmp_path, settings, environment):
    settings.REGULARS_ENV = environment
    with pytest.raises(CommandError, match="invented people"):
        demo(tmp_path)
    assert not Member.objects.exists()
