"""Workers hear of views and purchases at the same moment, some of them twice: each key once, and
whoever bought is out, whichever worker came first."""

from datetime import timedelta

import pytest

from campaigns.models import Delivery, Enrollment
from campaigns.services import exits, triggers
from members.models import Dispatch, Event, Member
from members.services import dispatches
from tests import world
from tests.campaigns import happened, made
from tests.campaigns.shop import enroll
from tests.concurrency.processes import at_once

PEOPLE = 6
LATER = happened.after(25)


@pytest.fixture
def shop(transactional_db, keys_made, empty_cache):
    world.open_shop()


def offer(**values):
    values = {"entry_rule": happened.NOT_BOUGHT, **values}
    return made.running("not-bought", at=made.NOW - timedelta(hours=1), **values)


def bought():
    return {member.pk for member in Member.objects.order_by("pk")[: PEOPLE // 2]}


def standing():
    return dict(Enrollment.objects.values_list("member_id", "state"))


def wanted():
    return {
        member.pk: "EXITED" if member.pk in bought() else "WATCHING"
        for member in Member.objects.all()
    }


def test_one_batch_heard_by_eight_workers_at_once_brings_each_in_once(shop):
    offer()
    for number in range(PEOPLE):
        happened.view(enroll(email=f"m{number}@example.org"), 0, 10)
    events = list(Event.objects.filter(type=happened.VIEW).order_by("pk"))

    entered = at_once(
        lambda number: triggers.hear(events=events, at=LATER + timedelta(seconds=number))
    )

    assert sum(entered) == PEOPLE
    assert set(standing().values()) == {"WATCHING"}


def test_views_and_purchases_told_at_once_end_as_if_told_one_by_one(shop):
    offer()
    for number in range(PEOPLE):
        member = enroll(email=f"m{number}@example.org")
        happened.view(member, 0, 10)
        if member.pk in bought():
            happened.buy(member, 20)
    events = list(Event.objects.order_by("pk"))
    views = [one for one in events if one.type == happened.VIEW]
    orders = [one for one in events if one.type == happened.ORDER]

    def work(number):
        # Half of the workers bring in, the others let out; one event at a time, in their own order.
        hear, told = (triggers.hear, views) if number % 2 else (exits.hear, orders)
        for event in told[number:] + told[:number]:
            hear(events=[event], at=LATER)

    at_once(work)

    assert standing() == wanted()
    assert not Delivery.objects.exists()


def test_workers_that_share_the_dispatches_come_to_the_same(shop):
    """As in the product: channels tell, and whoever is free takes what is due."""
    offer(re_entry_days=7)
    people = [enroll(email=f"m{number}@example.org") for number in range(PEOPLE)]
    mine = bought()

    def work(number):
        if number < PEOPLE:
            member = people[number]
            if member.pk in mine:
                happened.buy(member, 20)
            happened.view(member, 10, at=LATER)
            happened.view(member, 0, at=LATER)
        while dispatches.drain(at=LATER, limit=2):
            pass

    at_once(work)
    Dispatch.objects.update(next_at=LATER)
    while dispatches.drain(at=LATER):
        pass

    assert not Dispatch.objects.exists()
    assert {pk: state == "EXITED" for pk, state in standing().items()} == {
        pk: state == "EXITED" for pk, state in wanted().items()
    }
    assert Enrollment.objects.count() == PEOPLE
