"""The whole year: the totals that it must come to, in the documents and in our tables, and the
same end after kill -9. Minutes."""

import os
import signal
import subprocess
import threading
from datetime import date
from io import StringIO

import pytest
from django.core.management import call_command
from django.db import connection
from django.db.models import Sum

from analytics.models import KpiDay, MemberMetrics, PurchaseDay
from config.demo import baskets, documents, journey, plans, verification
from config.demo.editions import FULL
from config.local import product
from members.models import Job
from tests import emptying
from tests.campaigns.worker import database_url
from tests.demo.end_state import checksums

_never = threading.Event()
pytestmark = [pytest.mark.volume, pytest.mark.timeout(3_600)]


def test_the_documents_come_to_the_totals_of_the_data():
    told = baskets.tell(journey.read(), edition=FULL, shift_days=0)
    lines = sales = paid = 0
    members: set[str] = set()
    stores: set[str] = set()
    products: set[str] = set()
    days: set[date] = set()
    purchase_days: set[tuple[str, date]] = set()
    for row in range(len(told)):
        order = documents.order(told, row, edition=FULL)
        net, day = sum(line.net_amount for line in order.lines), order.occurred_at.date()
        lines, sales = lines + len(order.lines), sales + net
        members.add(order.member.value)
        stores.add(order.store)
        products.update(line.sku for line in order.lines)
        days.add(day)
        if net > 0:
            paid += 1
            purchase_days.add((order.member.value, day))
    assert {
        "lines": lines,
        "baskets": len(told),
        "paid orders": paid,
        "members": len(members),
        "stores": len(stores),
        "products sold": len(products),
        "sales": sales,
        "trading days": len(days),
        "purchase days": len(purchase_days),
    } == verification.EXPECTED


def loading(*options):
    """The command in a process group of its own, on this test's database."""
    return subprocess.Popen(
        product.manage("load_completejourney", *options),
        env=os.environ | {"DATABASE_URL": database_url()},
        cwd=product.BASE_DIR,
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )


def lines_loaded():
    jobs = Job.objects.filter(kind=plans.ORDERS)
    return jobs.aggregate(lines=Sum("done_count"))["lines"] or 0


def whole_year(*options):
    process = loading(*options)
    said, _ = process.communicate()
    assert process.returncode == 0, said
    return said


def rolled_up():
    """The year as dashboards read it."""
    sold = KpiDay.objects.filter(orders_count__gt=0)
    sums = sold.aggregate(orders=Sum("orders_count"), sales=Sum("net_amount"))
    return {
        "paid orders": sums["orders"],
        "sales": sums["sales"],
        "trading days": sold.values("day").distinct().count(),
        "purchase days": PurchaseDay.objects.count(),
        "members": MemberMetrics.objects.count(),
        "first orders": KpiDay.objects.aggregate(count=Sum("first_orders_count"))["count"],
    }


def the_facts_are_those_of_the_year():
    expected = {
        name: verification.EXPECTED[name] for name in rolled_up() if name in verification.EXPECTED
    }
    assert rolled_up() == expected | {"first orders": verification.EXPECTED["members"]}
    call_command("verify_facts", stdout=StringIO())


@pytest.mark.kill
@pytest.mark.django_db(transaction=True)
def test_killed_half_way_and_run_again_the_whole_year_ends_the_same(keys_made):
    said = whole_year()
    assert "WRONG" not in said
    call_command("verify_ledger", stdout=StringIO())
    the_facts_are_those_of_the_year()
    uninterrupted = checksums()

    assert "0 orders refused" in whole_year("--again")
    assert checksums() == uninterrupted

    emptying.empty(connection)
    process = loading()
    while lines_loaded() < verification.EXPECTED["lines"] // 2:
        assert process.poll() is None
        _never.wait(0.2)
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    assert lines_loaded() < verification.EXPECTED["lines"]

    assert "WRONG" not in whole_year()
    assert checksums() == uninterrupted
    call_command("verify_ledger", stdout=StringIO())
    the_facts_are_those_of_the_year()
