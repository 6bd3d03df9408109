"""From the till to the home page: orders and refunds through the product's own doors."""

import itertools
import random
from datetime import timedelta

import pytest

from analytics.models import MemberDay
from analytics.selectors.home import home
from analytics.services import member_days
from members.models import Dispatch
from members.services import dispatches
from tests.loyalty import till

pytestmark = pytest.mark.django_db


@pytest.fixture
def shop(keys_made):
    till.set_up()


def hear(now=till.NOW):
    while dispatches.drain(at=now):
        pass
    assert not Dispatch.objects.exists()


def rows():
    fields = ("day", "member_id", "orders_count", "gross_amount", "net_amount", "earned_points")
    return list(MemberDay.objects.order_by(*fields).values_list(*fields))


def test_an_order_and_its_refund_show_on_the_home_page_in_fen(shop):
    alice = till.register("13800138000", "Alice")
    order = till.sell("o-1", till.line("1", 19_900), till.line("2", 10_000), shipping_amount=800)
    till.sell("o-2", till.line("1", 5_000), phone=None)
    hear()

    assert rows() == [
        (till.NOW.date(), alice.pk, 1, 29_900, 29_900, 299),
        (till.NOW.date(), None, 1, 5_000, 5_000, 0),
    ]
    till.give_back(order, "r-1", {"2": 10_000}, shipping_amount=800)
    hear()

    assert rows()[0] == (till.NOW.date(), alice.pk, 1, 29_900, 19_900, 299)
    shown = home(at=till.NOW)
    assert shown.figure("sales").value == 24_900
    assert shown.figure("member_sales").value == 19_900
    assert shown.figure("active_members").value == 1
    assert shown.figure("outstanding_points").value == 199
    assert shown.figure("liability").value == 199


def test_rebuilding_after_a_busy_fortnight_changes_nothing(shop):
    dice = random.Random(7)
    phones = ["13800138000", "13900139000", None]
    for phone in phones[:2]:
        till.register(phone, when=till.NOW - timedelta(days=30))
    for number in range(40):
        when = till.NOW - timedelta(hours=dice.randrange(14 * 24))
        amounts = [dice.randrange(1, 50_000) for _ in range(dice.randrange(1, 4))]
        lines = [till.line(str(line), amount) for line, amount in enumerate(amounts, 1)]
        order = till.sell(f"o-{number}", *lines, phone=dice.choice(phones), when=when, now=till.NOW)
        if number % 3 == 0:
            back = dice.choice([sum(amounts), sum(amounts) // 3])
            till.give_back(order, f"r-{number}", back)
        if number % 7 == 0:
            hear()
    hear()
    heard = list(MemberDay.objects.order_by("id").values_list())

    list(member_days.rebuild())

    assert list(MemberDay.objects.order_by("id").values_list()) == heard
    assert len(heard) > 20
    assert len(list(itertools.groupby(sorted(row[0] for row in rows())))) > 7
