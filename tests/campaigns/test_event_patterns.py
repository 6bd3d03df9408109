"""Patterns as docs/algorithms/entries.md works them out: one answer, whatever comes first."""

from datetime import timedelta
from itertools import permutations
from zoneinfo import ZoneInfo

import pytest

from campaigns.rules import entries
from campaigns.rules import event_patterns as patterns
from campaigns.rules.entries import Happening
from campaigns.rules.event_patterns import Fact
from tests import world

NOW = world.NOW
SHANGHAI = ZoneInfo("Asia/Shanghai")
VIEW = "members.behavior.noticed"
TWICE = {
    "event": VIEW,
    "behavior": "product_view",
    "times": 2,
    "minutes": 1440,
    "without": {"event": "loyalty.order.recorded"},
    "without_minutes": 30,
    "same": "product",
    "keys": ["product", "day"],
}


def entry(**rule):
    return entries.read("EVENT", {**TWICE, **rule})


def view(minutes, product="A", ref=""):
    return Fact(
        ref=ref or f"b{minutes}{product}",
        event=VIEW,
        behavior="product_view",
        member_id=7,
        occurred_at=NOW + timedelta(minutes=minutes),
        products=frozenset({product}),
    )


def bought(minutes, *products):
    return Fact(
        ref=f"o{minutes}",
        event="loyalty.order.recorded",
        member_id=7,
        occurred_at=NOW + timedelta(minutes=minutes),
        products=frozenset(products or {"A"}),
    )


def whole(rule, facts, heard):
    return [(one.last.ref, one.product) for one in patterns.completions(rule, facts, heard)]


def test_the_window_leaves_out_its_first_instant_and_has_its_last():
    rule = entry()
    day = 24 * 60
    assert whole(rule, [view(0), view(day)], [view(day)]) == []
    assert whole(rule, [view(1), view(day)], [view(day)]) == [(f"b{day}A", "A")]


def test_views_of_two_products_are_not_two_of_one():
    assert whole(entry(), [view(0), view(5, "B")], [view(5, "B")]) == []
    anything = entry(same="", keys=[])
    assert whole(anything, [view(0), view(5, "B")], [view(5, "B")]) == [("b5B", "B")]


@pytest.mark.parametrize("order", permutations([0, 10, 2000, 2010]))
def test_late_and_reordered_ones_give_the_same_answer(order):
    rule, told, found = entry(), [], set()
    for minutes in order:
        told.append(view(minutes))
        found |= {one.last.ref for one in patterns.completions(rule, told, told[-1:])}
    assert found == {"b10A", "b2010A"}


def test_a_repeat_finds_the_same():
    twice = [view(0), view(10), view(10)]
    assert whole(entry(), twice[:2], twice[1:]) == [("b10A", "A")]


def test_two_at_one_instant_are_two():
    both = [view(0, ref="b1"), view(0, ref="b2")]
    assert whole(entry(), both, both) == [("b2", "A")]


@pytest.mark.parametrize(
    ("minutes", "product", "is_prevented"),
    [(9, "A", False), (10, "A", True), (39, "A", True), (40, "A", False), (12, "B", False)],
)
def test_a_purchase_prevents_from_the_last_view_to_thirty_minutes_behind_it(
    minutes, product, is_prevented
):
    rule = entry()
    (completion,) = patterns.completions(rule, [view(0), view(10)], [view(10)])
    assert patterns.watch_until(rule, completion) == NOW + timedelta(minutes=40)
    assert patterns.is_prevented(rule, completion, [bought(minutes, product)]) is is_prevented


@pytest.mark.parametrize(
    ("keys", "key"),
    [
        ([], "m:7:b10A:p:A"),
        (["member"], "m:7"),
        (["product"], "m:7:p:A"),
        # 14:10 on the wall in Shanghai.
        (["product", "day"], "m:7:p:A:d:20260302"),
    ],
)
def test_keys_say_what_comes_in_once(keys, key):
    rule = entry(keys=keys)
    (one,) = patterns.completions(rule, [view(0), view(10)], [view(10)])
    assert patterns.key(rule, one, zone=SHANGHAI, again=False) == key


def test_the_day_is_the_shops():
    late = view(10 * 60)
    rule = entry(times=1, keys=["day"])
    (one,) = patterns.completions(rule, [late], [late])
    assert patterns.key(rule, one, zone=SHANGHAI, again=False) == "m:7:d:20260303"


def test_long_products_have_keys_of_their_own_within_the_column():
    rule = entry(times=1, keys=["product"])
    keys = set()
    for number in (1, 2):
        one = view(0, "X" * 79 + str(number))
        (completion,) = patterns.completions(rule, [one], [one])
        keys.add(patterns.key(rule, completion, zone=SHANGHAI, again=True))
    assert len(keys) == 2
    long = Fact(
        ref="o1", event="x", member_id=2**62, occurred_at=NOW, products=frozenset({"X" * 80})
    )
    completion = patterns.Completion(last=long, product="X" * 80)
    assert len(patterns.key(rule, completion, zone=SHANGHAI, again=True)) <= 108


def test_an_order_with_two_products_comes_in_for_each():
    rule = entries.read("EVENT", {"event": "loyalty.order.recorded", "keys": ["product"]})
    order = bought(0, "A", "B")
    assert whole(rule, [order], [order]) == [("o0", "A"), ("o0", "B")]


@pytest.mark.parametrize(
    ("matches", "holds"),
    [
        ({"net_amount_at_least": 5000}, True),
        ({"net_amount_at_least": 5001}, False),
        ({"net_amount_at_least": "5000", "net_amount_at_most": "5000"}, True),
        ({"is_in_store": True}, True),
        ({"is_in_store": "true"}, True),
        ({"is_in_store": "false"}, False),
        ({"store": ["SH01", "BJ01"]}, True),
        ({"store": "BJ01"}, False),
        ({"products": "B"}, True),
        ({"nothing": "x"}, False),
        ({"nothing_at_least": 1}, False),
    ],
)
def test_values_are_compared_as_they_are_typed(matches, holds):
    order = Fact(
        ref="o1",
        event="loyalty.order.recorded",
        member_id=7,
        occurred_at=NOW,
        payload={"net_amount": 5000, "is_in_store": True, "store": "SH01", "products": ["A", "B"]},
    )
    happening = Happening(event="loyalty.order.recorded", matches=matches)
    assert patterns.answers(happening, order) is holds
