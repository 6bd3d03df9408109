"""Every entry of the ledger can say where it comes from and what it touched."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from loyalty.selectors import accounts, ledger
from tests.loyalty import till

pytestmark = pytest.mark.django_db


def stories(member):
    entries = accounts.statement(member_id=member.pk)
    return {story.entry.kind: story for story in ledger.entry_stories(entries=entries)}


def test_an_earning_names_its_order_and_the_lot_it_made(alice):
    till.sell("T-1", till.line("1", 20_000))

    story = stories(alice)["EARN"]

    assert story.order.external_id == "T-1"
    assert [(touch.points, touch.lot.entry_id) for touch in story.touches] == [
        (200, story.entry.pk)
    ]


def test_a_spending_names_the_lots_it_took_from(alice):
    till.sell("T-1", till.line("1", 20_000), when=till.NOW - timedelta(days=1))
    till.sell("T-2", till.line("1", 5_000), points_amount=150)

    story = stories(alice)["REDEEM"]

    assert story.order.external_id == "T-2"
    assert [(touch.points, touch.lot.earned_points) for touch in story.touches] == [(-150, 200)]


def test_a_clawback_names_the_refund_and_its_order(alice):
    order = till.sell("T-1", till.line("1", 20_000))
    till.give_back(order, "R-1", 5_000)

    story = stories(alice)["CLAWBACK"]

    assert (story.refund.external_id, story.order.external_id) == ("R-1", "T-1")
    assert [touch.points for touch in story.touches] == [-50]


def test_a_page_of_stories_takes_four_queries_however_long(alice):
    for number in range(12):
        till.sell(f"T-{number}", till.line("1", 20_000), points_amount=100 if number else 0)
    entries = accounts.statement(member_id=alice.pk)
    assert len(entries) == 23

    with CaptureQueriesContext(connection) as queries:
        ledger.entry_stories(entries=entries)

    assert len(queries) <= 4


def test_a_page_of_two_members_is_refused(alice, bob):
    till.sell("T-1", till.line("1", 20_000))
    till.sell("T-2", till.line("1", 20_000), phone="13900139000")
    entries = accounts.statement(member_id=alice.pk) + accounts.statement(member_id=bob.pk)

    with pytest.raises(ValueError, match="one member"):
        ledger.entry_stories(entries=entries)


def test_no_entries_have_no_stories_and_ask_nothing(django_assert_num_queries):
    with django_assert_num_queries(0):
        assert ledger.entry_stories(entries=[]) == []
