"""The ledger's tab answers for an earlier instant what was answered then."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests import world
from tests.console import staff
from tests.loyalty import till

pytestmark = pytest.mark.django_db


def shown(client, member, as_of):
    return staff.text(client.get(staff.page(member, "ledger", as_of=as_of)))


@pytest.fixture
def bob(shop):
    """A member since yesterday: 100 points at noon on the wall in Shanghai, 50 more at one."""
    member = world.register(world.BOB, at=world.NOW - timedelta(days=1))
    for number, amount, hours in (("T-1", 10_000, 2), ("T-2", 5_000, 1)):
        when = world.NOW - timedelta(hours=hours)
        till.sell(number, till.line("1", amount), when=when, phone=world.BOB_PHONE)
    return member


@pytest.fixture
def service(bob):
    return staff.logged_in("sun", "customer_service", language="en")


def test_an_earlier_instant_shows_what_was_held_then(service, bob):
    with CaptureQueriesContext(connection) as queries:
        page = shown(service, bob, "2026-03-02T12:30")
    assert "100 available, 0 pending, 0 held, 0 of debt" in page
    # The past is rebuilt from all that was ever written: twelve queries more, however much it is.
    assert len(queries) <= staff.MOST_QUERIES_OF_A_MEMBER + 12
    assert "150 available" in shown(service, bob, "2026-03-02T13:30")


def test_before_the_account_there_was_none(service, bob):
    assert "There was no account yet." in shown(service, bob, "2020-01-01T00:00")


@pytest.mark.parametrize("text", ["2099-01-01T00:00", "yesterday", ""])
def test_an_instant_that_is_none_is_refused_in_words(service, bob, text):
    page = shown(service, bob, text)
    assert "available, 0 pending" not in page
    assert 'role="alert"' in page or "has not come yet" in page
