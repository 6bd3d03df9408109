"""Facts are brought up to date while others do the same, and while tills sell."""

import threading

import pytest
from django.db import connection, transaction

from analytics.selectors import fact_checks
from analytics.services import facts
from loyalty.models import Order
from members.services import dispatches
from tests.analytics.rolled import everything, from_nothing, marks
from tests.loyalty import till
from tests.parallel import at_once

pytestmark = pytest.mark.django_db(transaction=True)
PHONES = tuple(f"1380013800{number}" for number in range(4))
SOLD = 12


@pytest.fixture
def shop(keys_made):
    till.set_up()
    for phone in PHONES:
        till.register(phone)


def sell(name):
    for number in range(SOLD):
        till.sell(f"{name}-{number}", till.line("1", 1_000), phone=PHONES[number % len(PHONES)])


def hear():
    while dispatches.drain(at=till.NOW):
        pass


def test_what_is_sold_while_facts_are_refreshed_is_lost_by_neither(shop):
    def refresh():
        for _ in range(SOLD):
            hear()
            facts.refresh(at=till.NOW)

    answers = at_once(lambda: sell("a"), lambda: sell("b"), refresh, refresh)

    assert answers == [None] * 4
    hear()
    facts.refresh(at=till.NOW)
    assert Order.objects.count() == 2 * SOLD
    assert (marks(), fact_checks.findings()) == ((0, 0, 0), [])
    followed = everything()
    assert from_nothing() == followed


def test_a_till_does_not_wait_for_a_refresh_or_a_rebuild(shop):
    """Whoever brings facts up to date holds their locks; an order of the same members passes."""
    with facts.chunk():
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(5217104)")
            cursor.execute("LOCK TABLE analytics_pointsday, analytics_membermetrics")
        other = threading.Thread(target=in_another_connection, args=(lambda: sell("c"),))
        other.start()
        other.join(20)
        assert not other.is_alive()
        assert Order.objects.count() == SOLD


def in_another_connection(work):
    try:
        work()
    finally:
        connection.close()


def test_points_of_a_posting_that_commits_late_are_added_when_it_has_committed(shop):
    # The product is known, so that the two have no row in common.
    till.sell("first", till.line("1", 100), phone=PHONES[2])
    sold, may_commit = threading.Event(), threading.Event()

    def sell_slowly():
        with transaction.atomic():
            till.sell("slow", till.line("1", 5_000), phone=PHONES[0])
            sold.set()
            may_commit.wait(20)

    other = threading.Thread(target=in_another_connection, args=(sell_slowly,))
    other.start()
    assert sold.wait(20)
    till.sell("quick", till.line("1", 7_000), phone=PHONES[1])
    facts.refresh(at=till.NOW)
    assert points() == [71]
    may_commit.set()
    other.join()
    facts.refresh(at=till.NOW)

    assert points() == [121]


def points():
    return [row[3] for row in everything()["PointsDay"] if row[1] == "EARN"]


def test_a_second_refresh_of_the_minute_steps_aside(shop):
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(%s)", [facts._BUSY])
        try:
            assert at_once(lambda: facts.refresh_unless_busy(at=till.NOW)) == [None]
        finally:
            cursor.execute("SELECT pg_advisory_unlock(%s)", [facts._BUSY])

    hear()
    # Four members joined on one day.
    assert facts.refresh_unless_busy(at=till.NOW) == 1
