"""One compiler: what it says of all, of one, and what the condition means in Python, are one."""

import os
import random
from datetime import timedelta

import msgspec
import pytest
from django.db import connection

from loyalty.models import Product
from loyalty.selectors import accounts
from loyalty.services import holds
from loyalty.services import points as points_services
from loyalty.services.holds import HoldDocument
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
# Of the trees; another one is another fifty.
SEED = int(os.environ.get("SEGMENT_SEED", "20260309"))


@pytest.fixture
def shop(keys_made, empty_cache):
    world.open_shop()


def hits(condition, whose=member_conditions.EVERYBODY, at=AT):
    query = member_conditions.query(condition, at=at, whose=whose)
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT m.id {query.sql}", query.params)
        return {row[0] for row in cursor.fetchall()}


def compare(people, *, singles, is_whole=False):
    """Fifty trees, judged three ways; none may differ for anybody."""
    dice = random.Random(SEED)
    middle = people[len(people) // 2].member_id
    last = people[-1].member_id
    for number in range(TREES):
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
        for person in dice.sample(people, k=singles):
            found = member_conditions.is_met(condition, member_id=person.member_id, at=AT)
            assert found is (person.member_id in expected), (tree, person.member_id)
        if is_whole:
            assert one_by_one(condition, people) == expected, tree


def one_by_one(condition, people):
    """As `is_met` of everybody; planned a few times only, since there are very many."""
    unlikely = 987_654_321_987
    query = member_conditions.query(condition, at=AT, whose=Whose(member_id=unlikely))
    with connection.cursor() as cursor:
        asked = cursor.mogrify(f"SELECT EXISTS (SELECT {query.sql})", query.params)
        cursor.execute(f"PREPARE one (bigint) AS {asked.replace(str(unlikely), '$1')}")
        met = set()
        for person in people:
            cursor.execute(f"EXECUTE one ({person.member_id})")
            if cursor.fetchone()[0]:
                met.add(person.member_id)
        cursor.execute("DEALLOCATE one")
    return met


def test_fifty_trees_mean_the_same_of_all_of_one_and_in_python(keys_made, empty_cache):
    compare(crowd.gather(200), singles=4)


@pytest.mark.volume
@pytest.mark.timeout(3_600)
def test_fifty_trees_mean_the_same_of_ten_thousand_members_one_by_one(keys_made, empty_cache):
    compare(crowd.gather(10_000, seed=SEED), singles=20, is_whole=True)


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


def test_points_are_those_of_the_instant_whether_or_not_a_job_has_run(shop):
    alice = world.register(world.ALICE)
    for key, points, begins, ends in (
        ("usable", 100, None, 20),
        ("lapses", 50, None, 1),
        ("begins", 30, 3, 40),
        ("for ever", 7, None, None),
    ):
        points_services.grant(
            member_id=alice.pk,
            points=points,
            key=key,
            reason="opening",
            at=AT,
            activates_at=AT + timedelta(days=begins or 0),
            expires_at=AT + timedelta(days=ends) if ends else None,
        )
    # It pins the 50 that lapse first, which lapse when it times out.
    sent = {"external_id": "h", "member": {"type": "phone", "value": world.ALICE_PHONE}}
    document = msgspec.convert(sent | {"points": 60, "minutes": 2_880}, HoldDocument)
    holds.create(hold=document, source=till.TILL, at=AT)

    available = {0: 97, 1: 97, 1.5: 97, 2: 107, 3: 137, 19: 137, 20: 37, 40: 7}
    for days, expected in available.items():
        at = AT + timedelta(days=days)
        assert accounts.account(member_id=alice.pk, at=at).available == expected, days
        assert met(alice, leaf("points.available", "eq", expected), at=at), days
    assert met(alice, leaf("points.lapsing", "eq", 0, days=19), at=AT + timedelta(seconds=1))
    assert met(alice, leaf("points.lapsing", "eq", 90, days=20), at=AT + timedelta(seconds=1))


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
