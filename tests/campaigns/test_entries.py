"""Events bring members in: once for the key, by what is on record, whatever was told first."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from campaigns.models import Delivery, Enrollment
from campaigns.registry import trigger_events
from loyalty.models import Program
from loyalty.services import orders
from members.models import Dispatch, Event, Store
from members.registry.facts import FACTS
from members.services import restrictions
from tests import world
from tests.campaigns import happened, made
from tests.campaigns.happened import NOT_BOUGHT, ORDER, VIEW, advance, after, buy, hear, standing
from tests.campaigns.happened import view as look
from tests.campaigns.shop import enroll
from tests.loyalty import till

pytestmark = pytest.mark.django_db
WATCHING, OUT = ("WATCHING", ""), ("EXITED", "something_else")


@pytest.fixture
def alice(shop):
    return enroll()


def offer(**values):
    """Not bought: a message by inbox, from half an hour before NOW on."""
    values = {"entry_rule": NOT_BOUGHT, "at": made.NOW - timedelta(minutes=30), **values}
    return made.running("not-bought", **values)


def day_key(member, product="SK-1", day="20260302"):
    return f"m:{member.pk}:p:{product}:d:{day}"


def test_two_views_are_watched_for_half_an_hour_and_then_it_begins(alice):
    offer()
    look(alice, 0, 10)
    hear(10)
    row = Enrollment.objects.get()
    assert standing() == [(day_key(alice), *WATCHING)]
    assert row.due_at == after(40)
    assert row.context["product"] == "SK-1"
    assert row.context["occurred_at"] == after(10).isoformat()

    advance(39.9)
    assert Enrollment.objects.get().state == "WATCHING"
    advance(40)
    assert standing() == [(day_key(alice), "DONE", "")]
    assert Delivery.objects.get().medium == "INBOX"


def test_one_view_or_two_of_different_products_bring_nobody_in(alice):
    offer()
    look(alice, 0)
    look(alice, 5, product="SK-2")
    hear(5)
    assert standing() == []


def test_a_purchase_in_between_ends_it_at_once(alice):
    offer()
    look(alice, 0, 10)
    hear(10)
    buy(alice, 20, "SK-9")
    hear(20)
    assert standing() == [(day_key(alice), *WATCHING)]
    buy(alice, 21, "SK-7", "SK-1")
    hear(21)
    assert standing() == [(day_key(alice), *OUT)]
    assert not Delivery.objects.exists()


def test_a_purchase_that_was_told_before_the_views_keeps_them_out_too(alice):
    offer()
    buy(alice, 20)
    hear(20)
    look(alice, 0, 10, at=after(25))
    hear(25)
    assert standing() == [(day_key(alice), *OUT)]
    # The key is used: what was told in order would be no other.
    look(alice, 100)
    hear(100)
    assert standing() == [(day_key(alice), *OUT)]


def test_a_purchase_that_nobody_has_told_yet_is_seen_when_the_watch_ends(alice):
    offer()
    look(alice, 0, 10)
    hear(10)
    buy(alice, 39)
    assert Dispatch.objects.exists()
    advance(40)
    assert standing() == [(day_key(alice), *OUT)]


@pytest.mark.parametrize("told", [(0, 10), (10, 0)])
def test_a_late_view_completes_what_came_behind_it(alice, told):
    offer()
    for minute in told:
        look(alice, minute, at=after(12))
        hear(12)
    assert [row[0] for row in standing()] == [day_key(alice)]
    assert Enrollment.objects.get().due_at == after(40)


def test_views_told_when_the_watch_is_over_begin_at_once(alice):
    offer()
    look(alice, 0, 10, at=after(200))
    hear(200)
    # Nobody watches any more: the first step is done.
    assert standing() == [(day_key(alice), "DONE", "")]


def test_one_entry_for_member_product_and_day(alice):
    offer()
    bob = enroll(email="bob@example.org")
    look(alice, 0, 10, 20, 30)
    look(alice, 1, 11, product="SK-2")
    look(bob, 0, 10)
    # 24:10 on the wall is the next day.
    look(alice, 10 * 60 + 10)
    hear(10 * 60 + 10)
    assert sorted(key for key, _state, _reason in standing()) == sorted(
        [
            day_key(alice),
            day_key(alice, "SK-2"),
            day_key(bob),
            day_key(alice, day="20260303"),
        ]
    )


def test_the_same_dispatch_twice_adds_nothing(alice):
    offer()
    look(alice, 0, 10)
    hear(10)
    for event in Event.objects.filter(type=VIEW):
        Dispatch.objects.create(event=event, subscriber="campaigns.triggers", next_at=after(10))
    hear(10)
    assert len(standing()) == 1


def test_what_happened_before_the_campaign_began_or_is_expired_brings_nobody_in(alice):
    began = made.running("orders", entry_rule={"event": ORDER}, at=after(0), expires_hours=2)
    began.refresh_from_db()
    buy(alice, -1, at=after(0))
    buy(alice, 1)
    hear(121)
    assert standing() == []
    buy(alice, 2)
    hear(121)
    assert len(standing()) == 1


def test_a_member_who_does_not_meet_the_condition_stays_out(alice):
    bob = enroll(email="b@example.org")
    pilot = made.running("orders", entry_rule={"event": ORDER, "keys": ["member"]})
    pilot.stores.add(Store.objects.get(code="BJ01"))
    buy(alice, 0)
    type(alice).objects.filter(pk=bob.pk).update(store=Store.objects.get(code="BJ01"))
    buy(bob, 0)
    hear()
    assert [row[0] for row in standing()] == [f"m:{bob.pk}"]


def test_an_order_is_asked_for_its_store_its_amount_and_whether_it_is_the_first(alice):
    rule = {
        "event": ORDER,
        "matches": {"is_first_in_store": True, "net_amount_at_least": 5_000},
        "keys": ["member"],
    }
    made.running("gift", entry_rule=rule)
    buy(alice, 0, channel="mini")
    buy(alice, 1, amount=5_000)
    bob = enroll(email="b@example.org")
    buy(bob, 1, amount=4_999)
    buy(bob, 2, amount=9_000)
    hear(3)
    # Bob's second order in a store isn't the first, whatever the first one was.
    assert [row[0] for row in standing()] == [f"m:{alice.pk}"]


def test_entries_that_come_again_keep_their_days(alice):
    made.running("again", entry_rule={"event": ORDER}, re_entry_days=7, expires_hours=2_000)
    day = 24 * 60
    for minute in (0, 3 * day, 7 * day):
        buy(alice, minute)
        hear(minute)
    # Told late: within seven days of another one.
    buy(alice, 8 * day, at=after(9 * day))
    hear(9 * day)
    assert [row[0] for row in standing()] == [f"m:{alice.pk}:n:0", f"m:{alice.pk}:n:1"]


def test_each_order_is_an_entry_of_its_own_where_nothing_is_said(alice):
    made.running("each", entry_rule={"event": ORDER})
    buy(alice, 0)
    buy(alice, 1)
    hear(1)
    assert len(standing()) == 2


def test_a_paused_campaign_says_why_it_takes_nobody_in(alice):
    campaign = offer()
    type(campaign).objects.update(state="PAUSED")
    look(alice, 0, 10)
    hear(10)
    assert standing() == [(day_key(alice), "EXCLUDED", "campaign_state")]


def test_whose_data_are_restricted_come_in_nowhere(alice):
    made.running("orders", entry_rule={"event": ORDER})
    restrictions.restrict(member_id=alice.pk, at=made.NOW)
    buy(alice, 0)
    hear()
    assert standing() == []


def test_nothing_is_owed_where_nothing_listens(alice):
    sent = till.document(
        "warm", till.line("1", 100), phone=None, member=happened.named(alice), when=made.NOW
    )
    orders.record(order=sent, source=till.TILL, at=made.NOW)
    look(alice, 0, 10)
    assert not Dispatch.objects.filter(subscriber__startswith="campaigns.").exists()
    offer()
    look(alice, 11, 12)
    assert Dispatch.objects.filter(subscriber="campaigns.triggers").count() == 2
    # Of orders a campaign hears that ends with them.
    buy(alice, 13)
    assert list(Dispatch.objects.filter(subscriber__startswith="campaigns.exits")) != []


def test_a_programme_with_campaigns_records_orders_in_two_statements(
    alice, django_assert_max_num_queries
):
    made.running("upgraded")
    buy(alice, 0)
    # Two, and the two of the savepoint.
    with django_assert_max_num_queries(4):
        buy(alice, 1)


def test_a_campaign_that_begins_is_heard_by_the_next_order(alice):
    buy(alice, 0)
    before = Program.objects.get().version
    made.running("orders", entry_rule={"event": ORDER})
    assert Program.objects.get().version > before
    buy(alice, 1)
    assert Dispatch.objects.filter(subscriber="campaigns.triggers").count() == 1


def test_twenty_members_cost_no_more_statements_than_two(shop):
    offer()
    spent = []
    for count in (2, 20):
        for number in range(count):
            look(enroll(email=f"{count}-{number}@example.org"), 0, 10)
        with CaptureQueriesContext(connection) as captured:
            hear(10)
        spent.append(len(captured))
    assert spent[1] <= spent[0]
    assert len(standing()) == 22


def test_every_event_with_a_member_can_begin_a_campaign():
    offered = trigger_events.all_events()
    left_out = {name.partition(".")[0] for name in set(FACTS) - set(offered)}
    assert {"members", "campaigns"} == left_out
    assert offered[ORDER].has_product
    assert offered[ORDER].may_match("net_amount_at_least")
    assert not offered[ORDER].may_match("store_at_least")
    assert trigger_events.known("campaigns.message.sent") is None
    assert world.NOW is made.NOW
