"""One compiler: what it says of all, of one, and what the condition means in Python, are one."""

import random
from datetime import timedelta

import pytest
from django.db import connection

from loyalty.models import Product
from members.registry import member_fields
from members.rules import buckets, conditions
from members.rules.conditions import Op, Type
from members.selectors import member_conditions, member_explanations
from members.selectors.member_conditions import Whose
from tests import world
from tests.analytics import crowd, crowd_facts
from tests.analytics.crowd import AT, MICROSECOND
from tests.loyalty import till

pytestmark = pytest.mark.django_db
TREES = 50


@pytest.fixture
def shop(keys_made, empty_cache):
    world.open_shop()


def hits(condition, whose=member_conditions.EVERYBODY, at=AT):
    query = member_conditions.query(condition, at=at, whose=whose)
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT m.id {query.sql}", query.params)
        return {row[0] for row in cursor.fetchall()}


def compare(people, *, trees, singles):
    """Fifty trees, judged three ways; none may differ for anybody."""
    dice = random.Random(20260309)
    middle = people[len(people) // 2].member_id
    last = people[-1].member_id
    for number in range(trees):
        tree = crowd_facts.random_tree(dice)
        condition = member_conditions.read(tree)
        expected = {
            person.member_id
            for person in people
            if person.is_open
            and conditions.matches(condition, crowd_facts.facts(person, condition))
        }
        assert hits(condition) == expected, tree
        if number % 5 == 0:
            low, high = Whose(low=0, high=middle), Whose(low=middle, high=last)
            assert hits(condition, low) | hits(condition, high) == expected, tree
        chosen = people if singles is None else dice.sample(people, k=singles)
        for person in chosen:
            found = member_conditions.is_met(condition, member_id=person.member_id, at=AT)
            assert found is (person.member_id in expected), (tree, person.member_id)


def test_fifty_trees_mean_the_same_of_all_of_one_and_in_python(keys_made, empty_cache):
    compare(crowd.gather(200), trees=TREES, singles=4)


@pytest.mark.volume
def test_fifty_trees_mean_the_same_of_ten_thousand_members_one_by_one(keys_made, empty_cache):
    compare(crowd.gather(10_000), trees=TREES, singles=None)


def test_an_explanation_says_what_each_comparison_saw_and_agrees_with_the_count(
    keys_made, empty_cache, django_assert_num_queries
):
    people = crowd.gather(40)
    dice = random.Random(7)
    for _ in range(12):
        condition = member_conditions.read(crowd_facts.random_tree(dice))
        expected = hits(condition)
        for person in dice.sample(people, k=6):
            with django_assert_num_queries(1):
                found = member_explanations.explain(condition, member_id=person.member_id, at=AT)
            known = crowd_facts.facts(person, condition)
            assert found.is_met is (person.member_id in expected)
            assert [leaf.seen for leaf in found.leaves] == [
                known[leaf.key] for leaf in condition.leaves
            ]
            assert found.leaves == conditions.explain(condition, known)


def leaf(code, op, value, **more):
    return {"field": code, "op": op, "value": value, **more}


def met(member, tree, at=AT):
    return member_conditions.is_met(member_conditions.read(tree), member_id=member.pk, at=at)


def test_a_window_has_its_first_microsecond_and_not_its_last(shop):
    alice = world.register(world.ALICE, at=AT - timedelta(days=300))
    till.sell("T-1", till.line("1", 10_000), phone=world.ALICE_PHONE, when=AT)
    once = leaf("orders.count", "eq", 1, days=30)

    assert not met(alice, once, at=AT)
    assert met(alice, once, at=AT + MICROSECOND)
    assert met(alice, once, at=AT + timedelta(days=30))
    assert not met(alice, once, at=AT + timedelta(days=30) + MICROSECOND)


def test_no_times_includes_members_without_events_and_not_is_never_unknown(shop):
    alice, bob = world.register(world.ALICE), world.register(world.BOB)
    till.sell("T-1", till.line("1", 10_000), phone=world.ALICE_PHONE, when=AT)
    later = AT + timedelta(hours=1)

    def who(tree):
        return hits(member_conditions.read(tree), at=later)

    assert who(leaf("orders.count", "eq", 0, days=7)) == {bob.pk}
    assert who(leaf("orders.count", "lt", 1)) == {bob.pk}
    assert who({"not": leaf("orders.count", "gte", 1)}) == {bob.pk}
    assert who(leaf("behavior.count", "eq", 0, of=["product_view"])) == {alice.pk, bob.pk}
    # Who bought nothing has no average: it meets no comparison, and so it meets the `not` of one.
    assert who(leaf("spend.average", "lt", 20_000)) == {alice.pk}
    assert who({"not": leaf("spend.average", "gte", 20_000)}) == {alice.pk, bob.pk}
    assert who({"not": {"not": leaf("spend.average", "lt", 20_000)}}) == {alice.pk}


def test_what_came_back_was_not_bought(shop):
    alice = world.register(world.ALICE)
    sold = till.sell("T-1", till.line("1", 10_000), phone=world.ALICE_PHONE, when=AT)
    later = AT + timedelta(hours=1)
    sku = leaf("bought.products", "contains", [Product.objects.get().sku], days=7)
    assert met(alice, sku, at=later)

    till.give_back(sold, "R-1", 10_000, when=AT + timedelta(minutes=5))

    assert not met(alice, sku, at=later)
    assert met(alice, leaf("orders.count", "eq", 0), at=later)
    assert met(alice, leaf("spend.total", "eq", 0), at=later)


def test_the_random_number_of_a_member_is_the_same_in_python(shop):
    alice = world.register(world.ALICE)
    number = buckets.bucket(alice.uid, salt="2026-spring")

    assert met(alice, leaf("member.bucket", "eq", number, of=["2026-spring"]))
    assert met(alice, leaf("member.bucket", "eq", buckets.bucket(alice.uid)))


@pytest.mark.parametrize("code", sorted(member_fields.MEMBER_FIELDS))
def test_every_field_can_be_asked_in_every_way(code):
    asked = member_fields.MEMBER_FIELDS[code].field
    whole = max(asked.least or 0, 1)
    values = {
        Type.BOOLEAN: True, Type.DATE: "2026-01-01", Type.SET: ["x"], Type.INTEGER: whole,
        Type.AMOUNT: whole, Type.TEXT: "x", Type.CHOICE: "x",
    }  # fmt: skip
    value = values[asked.type]
    parts = []
    for op in asked.ops:
        several = {Op.BETWEEN: [value, value], Op.IN: [value], Op.NOT_IN: [value]}
        tree = leaf(code, op.value, several.get(op, value))
        tree |= {"of": ["x"]} if asked.of else {}
        parts += [tree, {"not": tree | ({"days": 3} if asked.days else {})}]
    condition = member_conditions.read({"any": parts})

    assert hits(condition) == set()
    assert hits(condition, Whose(low=0, high=9)) == set()
    assert member_explanations.explain(condition, member_id=1, at=AT) is None
