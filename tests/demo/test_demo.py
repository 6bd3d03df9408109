"""The demo of a few households: what it tells, and whom it lets in."""

import json
import shutil
import stat
from io import StringIO

import pytest
from django.core.management import call_command

from loyalty.models import Account, LedgerEntry, Order, Refund
from members.models import ApiClient, User
from members.selectors import members
from tests import kept
from tests.demo import loads
from tests.demo.end_state import checksums

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def demo(django_db_setup, django_db_blocker, tmp_path_factory):
    """A demo made once for all tests of this module; each has the file of log-ins to itself."""
    folder = tmp_path_factory.mktemp("demo")
    yield from kept.rows(django_db_blocker, lambda: loads.load_demo(folder))


@pytest.fixture
def file(demo, tmp_path):
    return shutil.copy2(demo, tmp_path / demo.name)


def test_the_demo_tells_the_year_in_yuan_until_now_with_points_spent_and_refunds(file):
    assert set(Order.objects.values_list("currency", flat=True)) == {"CNY"}
    told = Order.objects.filter(source="demo")
    assert {net % 7 for net in told.values_list("net_amount", flat=True)} == {0}
    assert LedgerEntry.objects.filter(kind="REDEEM").exists()
    assert Refund.objects.exists()
    call_command("verify_ledger", stdout=StringIO())


def test_the_demo_lets_every_role_in_and_tells_its_owner_alone(file):
    access = json.loads(file.read_text())
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert len(access["logins"]) == 9
    for login in access["logins"]:
        user = User.objects.get(username=login["username"])
        assert user.check_password(login["password"])
        assert user.groups.count() == 1
    assert User.objects.get(username="clerk").stores.get().code == "SH01"
    assert ApiClient.objects.get().client_id == access["client"]["id"]


def test_the_sample_of_the_demo_is_a_member_of_the_clerks_shop(file):
    sample = json.loads(file.read_text())["sample"]
    member = members.find(kind="PHONE", value=sample["phone"])
    assert Account.objects.get(member=member).earned_points > 0


def test_a_second_run_of_the_demo_keeps_passwords_and_data(file):
    before, access = checksums(), file.read_text()
    loads.load_demo(file.parent)
    assert (checksums(), file.read_text()) == (before, access)


def test_lost_access_is_given_anew_without_touching_the_data(file):
    before, lost = checksums(), json.loads(file.read_text())
    file.unlink()
    loads.load_demo(file.parent)
    found = json.loads(file.read_text())
    assert found["client"]["secret"] != lost["client"]["secret"]
    assert found["logins"][0]["password"] != lost["logins"][0]["password"]
    assert checksums() == before
