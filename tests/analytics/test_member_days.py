"""The daily roll-up: what the orders say, whatever was heard and however often."""

import threading
import time
from datetime import date, timedelta
from io import StringIO

import pytest
from django.core.management import call_command
from django.db import connection, transaction

from analytics.models import MemberDay
from analytics.services import member_days
from loyalty.models import Order
from tests.analytics.shop import TODAY, bought, enroll

pytestmark = pytest.mark.django_db
YESTERDAY = TODAY - timedelta(days=1)


def rows():
    """Everything but the id, in a fixed order."""
    fields = (
        "day",
        "member_id",
        "channel__code",
        "store__code",
        "orders_count",
        "gross_amount",
        "net_amount",
        "earned_points",
        "spent_points",
    )
    return list(MemberDay.objects.order_by(*fields).values_list(*fields))


def compute(*orders):
    member_days.recompute(order_ids=[order.pk for order in orders])


def test_orders_of_one_day_are_summed_per_channel_and_store(alice):
    compute(
        bought(alice, 10_000, earned_points=100),
        bought(alice, 5_050, earned_points=50, spent_points=30),
        bought(alice, 2_000, channel="mini", store=None, earned_points=20),
        bought(alice, 700, day=YESTERDAY, store="BJ01", earned_points=7),
    )

    assert rows() == [
        (YESTERDAY, alice.pk, "pos", "BJ01", 1, 700, 700, 7, 0),
        (TODAY, alice.pk, "mini", None, 1, 2_000, 2_000, 20, 0),
        (TODAY, alice.pk, "pos", "SH01", 2, 15_050, 15_050, 150, 30),
    ]


def test_a_refund_lowers_the_day_of_its_order(alice):
    order = bought(alice, 10_000, day=YESTERDAY, earned_points=100)
    compute(order)
    order.refunded_amount = 3_000
    order.save()

    compute(order)

    assert rows() == [(YESTERDAY, alice.pk, "pos", "SH01", 1, 10_000, 7_000, 100, 0)]


def test_an_order_given_back_whole_is_no_paid_order(alice):
    order = bought(alice, 10_000, refunded_amount=10_000)

    compute(order, bought(alice, 400))

    assert rows() == [(TODAY, alice.pk, "pos", "SH01", 1, 10_400, 400, 0, 0)]


def test_shipping_is_no_sale_and_its_refund_is_none_either(alice):
    order = bought(
        alice, 10_000, shipping=1_200, refunded_amount=4_200, refunded_shipping_amount=1_200
    )

    compute(order)

    assert rows() == [(TODAY, alice.pk, "pos", "SH01", 1, 10_000, 7_000, 0, 0)]


def test_an_order_over_nothing_is_recorded_and_not_paid(alice):
    compute(bought(alice, 0))

    assert rows() == [(TODAY, alice.pk, "pos", "SH01", 0, 0, 0, 0, 0)]


def test_sales_to_nobody_are_counted_together(alice):
    compute(bought(None, 1_000), bought(alice, 300))
    compute(bought(None, 2_500))

    assert rows() == [
        (TODAY, alice.pk, "pos", "SH01", 1, 300, 300, 0, 0),
        (TODAY, None, "pos", "SH01", 2, 3_500, 3_500, 0, 0),
    ]


def test_hearing_an_order_again_changes_nothing(alice):
    orders = [bought(alice, 1_000), bought(None, 2_000)]
    compute(*orders)
    before = versions()

    compute(*orders, *orders)

    assert versions() == before


def versions():
    """The rows as stored: an update that changes nothing would show here."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT id, ctid::text, net_amount FROM analytics_memberday ORDER BY id")
        return cursor.fetchall()


def test_an_order_touches_no_other_day_and_no_other_member(alice, bob):
    """Only what was heard is computed: Bob's order waits for its own event."""
    heard = bought(alice, 1_000)
    bought(bob, 2_000)
    bought(alice, 3_000, day=YESTERDAY)

    compute(heard)

    assert rows() == [(TODAY, alice.pk, "pos", "SH01", 1, 1_000, 1_000, 0, 0)]


def a_fortnight(*people):
    """Orders of 14 days across a month's end, some refunded, some by nobody."""
    return [
        bought(
            people[number % len(people)],
            100 * number + 1,
            day=date(2026, 2, 20) + timedelta(days=number % 14),
            channel=("pos", "mini")[number % 2],
            store=("SH01", "BJ01", None)[number % 3],
            refunded_amount=(100 * number + 1 if number % 5 == 0 else 50 * (number % 3)),
            earned_points=number,
            spent_points=number % 4,
        )
        for number in range(60)
    ]


def test_rebuilding_gives_what_hearing_every_event_gives(alice, bob):
    for order in a_fortnight(alice, bob, None):
        compute(order)
    heard = rows()
    MemberDay.objects.all().delete()

    done = list(member_days.rebuild())

    assert done == [date(2026, 2, 20), date(2026, 3, 1)]
    assert rows() == heard
    assert len(heard) == 42
    assert sum(row[6] for row in heard) == sum(
        order.net_amount - order.refunded_amount for order in Order.objects.all()
    )


def test_rebuilding_mends_wrong_rows_and_removes_those_without_orders(alice, bob):
    orders = a_fortnight(alice, bob, None)
    compute(*orders)
    right, untouched = rows(), versions()
    list(member_days.rebuild())
    assert versions() == untouched

    MemberDay.objects.filter(member=alice).update(net_amount=1, orders_count=9)
    MemberDay.objects.create(
        day=date(2025, 1, 1), member=bob, channel=orders[0].channel, orders_count=1,
        gross_amount=1, net_amount=1, earned_points=1, spent_points=1,
    )  # fmt: skip
    list(member_days.rebuild())

    assert rows() == right


def test_orders_that_move_to_another_member_leave_no_row_behind(alice, bob):
    order = bought(bob, 1_000)
    compute(order)
    Order.objects.filter(pk=order.pk).update(member=alice)

    list(member_days.rebuild())

    assert rows() == [(TODAY, alice.pk, "pos", "SH01", 1, 1_000, 1_000, 0, 0)]


def test_only_the_days_asked_for_are_rebuilt(alice):
    bought(alice, 1_000, day=YESTERDAY)
    bought(alice, 2_000, day=TODAY)
    out = StringIO()

    call_command("rebuild_member_days", "--from=2026-03-01", "--until=2026-03-02", stdout=out)

    assert [row[:7] for row in rows()] == [(YESTERDAY, alice.pk, "pos", "SH01", 1, 1_000, 1_000)]
    assert out.getvalue() == "2026-03\n"


def test_nothing_sold_is_nothing_to_rebuild(shop):
    assert list(member_days.rebuild()) == []


@pytest.mark.django_db(transaction=True)
def test_who_read_before_an_order_was_committed_does_not_write_after_it(alice):
    """Without the lock, the second writer would wait with sums that miss the first one's order."""
    earlier = bought(alice, 1_000)

    def recompute_the_earlier_one():
        try:
            compute(earlier)
        finally:
            connection.close()

    with transaction.atomic():
        compute(bought(alice, 2_000))
        other = threading.Thread(target=recompute_the_earlier_one)
        other.start()
        wait_until_somebody_waits()
    other.join()

    assert [row[4:7] for row in rows()] == [(2, 3_000, 3_000)]


def wait_until_somebody_waits():
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        with connection.cursor() as cursor:
            # Inside a transaction the view is a snapshot of its own until it is cleared.
            cursor.execute("SELECT pg_stat_clear_snapshot()")
            cursor.execute(
                "SELECT count(*) FROM pg_locks l JOIN pg_stat_activity a USING (pid)"
                " WHERE NOT l.granted AND a.datname = current_database()"
            )
            if cursor.fetchone()[0]:
                return
    raise AssertionError("nobody waits")


@pytest.mark.django_db(transaction=True)
def test_eight_workers_on_one_day_lose_no_order(alice):
    everyone = [enroll() for _ in range(3)]

    def work(number):
        try:
            for step in range(5):
                compute(bought((*everyone, None)[(number + step) % 4], 1_000))
        finally:
            connection.close()

    workers = [threading.Thread(target=work, args=(number,)) for number in range(8)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()

    assert [row[4:7] for row in rows()] == [(10, 10_000, 10_000)] * 4
