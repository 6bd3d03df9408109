"""Behaviors that come as events earn by the same rules, once, from the worker."""

from datetime import timedelta

import pytest

from loyalty.models import BehaviorAward, BehaviorRule, Program
from loyalty.services import behavior_events, behavior_plans, behaviors, programs
from loyalty.services.behaviors import Behavior, Teller
from members.models import Dispatch, Event
from members.registry import behavior_events as registry
from members.services import dispatches
from tests import world
from tests.members.behaviors import PHONE, minutes_ago, send, told

pytestmark = pytest.mark.django_db


@pytest.fixture
def shop(keys_made):
    world.open_shop()
    behavior_plans.set_up(program=Program.objects.get(), at=world.OPENED)
    programs.forget()


@pytest.fixture
def alice(shop):
    return world.register(world.ALICE)


def rewarded():
    # Alice told all of her profile when she registered.
    awards = BehaviorAward.objects.exclude(rule__code__in=("register", "profile")).order_by("pk")
    return list(awards.values_list("rule__code", "points"))


def drain():
    while dispatches.drain(at=world.NOW):
        pass


def test_what_a_rule_rewards_earns_once_and_the_rest_is_told_to_nobody(alice):
    sent = [
        told("e-1", member=PHONE, kind="check_in", object=None),
        told("e-2", member=PHONE, kind="share", object="SK-1"),
        told("e-3", member=PHONE, kind="share", object="SK-1"),
        told("e-4", member=PHONE),
    ]
    send(*sent)
    assert Event.objects.filter(type=registry.NOTICED).count() == 3
    assert rewarded() == []

    drain()
    send(*sent)
    drain()

    assert sorted(rewarded()) == [("check-in", 5), ("share", 20)]
    assert not Dispatch.objects.exists()


def test_a_check_in_told_by_both_doors_counts_once(alice):
    teller = Teller(source="mini-app")
    tap = Behavior(member_id=alice.pk, code="check-in", occurred_at=world.NOW)
    behaviors.record(behavior=tap, teller=teller, at=world.NOW)

    send(told("e-1", member=PHONE, kind="check_in", object=None))
    drain()

    assert rewarded() == [("check-in", 5)]


def test_a_rule_that_bears_the_name_of_the_kind_rewards_it_each_time(alice):
    BehaviorRule.objects.create(
        program=Program.objects.get(), code="store-visit", kind="OTHER", limit="EACH", points=3,
        valid_from=world.OPENED,
    )  # fmt: skip
    programs.forget()
    visits = [
        told(f"e-{n}", member=PHONE, kind="store_visit", object=None, store="SH01") for n in (1, 2)
    ]

    send(*visits)
    drain()

    assert rewarded() == [("store-visit", 3), ("store-visit", 3)]


def test_what_is_late_for_its_rule_earns_nothing_and_waits_for_nobody(alice):
    BehaviorRule.objects.filter(code="check-in").update(valid_until=minutes_ago(120))
    programs.forget()

    send(
        told("now", member=PHONE, kind="check_in", object=None),
        told("month", member=PHONE, kind="share", occurred_at=world.NOW - timedelta(days=31)),
        told("nothing", member=PHONE, kind="share", object=None),
    )
    drain()

    assert rewarded() == []
    assert not Dispatch.objects.exists()


def test_what_was_adopted_earns_nothing(alice):
    send(told("e-1", visitor="v-1", kind="check_in", object=None))
    send(told("e-2", visitor="v-1", member=PHONE, occurred_at=minutes_ago(1)))
    drain()

    assert rewarded() == []


def test_without_a_programme_nobody_listens(keys_made):
    assert list(behavior_events.wants(frozenset({"check_in"}), world.NOW)) == []
