"""Rules of tags: they give and take what is theirs, in SQL that means what conditions mean."""

import random
from datetime import date, timedelta

import pytest

from members.models import Job, Measure, Member, MemberTag, Tag, TagRule
from members.registry import member_fields
from members.rules import conditions
from members.rules.conditions import BadCondition, Op, Type
from members.selectors import consents, member_conditions
from members.services import jobs, tag_rules, tags
from members.services.identities import IdentityClaim
from members.services.members import Registration
from tests import world
from tests.loyalty import till

pytestmark = pytest.mark.django_db
NOW = world.NOW
FEMALE = {"field": "member.gender", "op": "eq", "value": "FEMALE"}


@pytest.fixture
def shop(keys_made, empty_cache):
    world.open_shop()


@pytest.fixture
def alice(shop):
    return world.register(world.ALICE)


@pytest.fixture
def bob(shop):
    return world.register(world.BOB)


def rule(condition, code="ladies"):
    tag = Tag.objects.create(code=code, name_en=code)
    return tag_rules.define(rule=TagRule(tag=tag, condition=condition))


def night(at=NOW):
    return sum(tag_rules.night(at))


def bearers(code="ladies"):
    rows = MemberTag.objects.filter(tag__code=code).order_by("member_id")
    return {row.member_id: row.origin for row in rows}


def test_a_rule_gives_its_tag_and_takes_it_when_it_is_no_longer_true(alice, bob):
    made = rule(FEMALE)

    assert night() == 1
    assert bearers() == {alice.pk: "RULE"}
    assert night() == 0
    Member.objects.update(gender="MALE")
    assert night() == 1
    assert bearers() == {}
    made.refresh_from_db()
    assert (made.last_run_at, made.added_count, made.removed_count) == (NOW, 0, 1)


def test_a_tag_given_by_hand_stays_by_hand(alice, bob):
    rule(FEMALE)
    tags.give(members=[bob], code="ladies", at=NOW)
    night()
    assert bearers() == {alice.pk: "RULE", bob.pk: "HAND"}

    tags.give(members=[alice], code="ladies", at=NOW)
    Member.objects.update(gender="MALE")
    night()
    assert bearers() == {alice.pk: "HAND", bob.pk: "HAND"}


def test_who_objected_or_is_restricted_gets_no_tag_by_rule_and_loses_it(alice, bob):
    rule({"field": "member.joined_days", "op": "gte", "value": 0})
    night()
    assert len(bearers()) == 2

    Member.objects.filter(pk=alice.pk).update(is_profiled=False)
    Member.objects.filter(pk=bob.pk).update(state="RESTRICTED")
    night()
    assert bearers() == {}


def test_a_rule_out_of_force_changes_nothing(alice):
    made = rule(FEMALE)
    TagRule.objects.update(is_active=False)

    assert night() == 0
    assert bearers() == {}
    with pytest.raises(tag_rules.NotFound):
        tag_rules.run_now(rule_id=made.pk, at=NOW)


def test_run_now_is_one_job_and_counts_what_it_did(alice, bob, monkeypatch):
    # Two parts, or a few more: ids begin wherever the tests before left off.
    monkeypatch.setattr(tag_rules, "PART", alice.pk)
    made = rule(FEMALE)
    job = tag_rules.run_now(rule_id=made.pk, at=NOW)
    assert tag_rules.run_now(rule_id=made.pk, at=NOW) == job

    assert jobs.run(job_id=job.pk, clock=lambda: NOW) == Job.State.DONE
    job.refresh_from_db()
    assert job.result == {"added": 1, "removed": 0}
    assert job.progress_percent == 100
    assert bearers() == {alice.pk: "RULE"}


def test_a_rule_for_everybody_or_for_its_own_tag_is_refused(shop):
    tag = Tag.objects.create(code="ladies", name_en="Ladies")
    with pytest.raises(tag_rules.EmptyRule):
        tag_rules.define(rule=TagRule(tag=tag, condition={}))
    own = {"field": "member.tags", "op": "contains", "value": ["ladies"]}
    with pytest.raises(tag_rules.OwnTag):
        tag_rules.define(rule=TagRule(tag=tag, condition=own))
    deep = FEMALE
    for _ in range(6):
        deep = {"not": deep}
    with pytest.raises(BadCondition):
        tag_rules.define(rule=TagRule(tag=tag, condition=deep))
    assert not TagRule.objects.exists()


def test_a_rule_that_can_not_be_read_any_more_holds_up_no_other(alice):
    rule(FEMALE, code="broken")
    TagRule.objects.update(condition={"field": "member.gone", "op": "eq", "value": 1})
    rule(FEMALE)

    assert night() == 1
    assert bearers("broken") == {}


def test_the_preview_counts_and_names_some(alice, bob):
    found = tag_rules.preview(tree=FEMALE, at=NOW)

    assert (found.count, found.member_ids) == (1, (alice.pk,))


def test_values_are_parameters_and_no_sql(alice):
    tree = {"field": "store.city", "op": "eq", "value": "x' OR 1=1 --%s"}

    assert tag_rules.preview(tree=tree, at=NOW).count == 0


def test_what_higher_apps_know_is_asked_too(alice, bob):
    till.sell("T-1", till.line("1", 30_000), phone=world.ALICE_PHONE, when=NOW)
    Measure.objects.create(member=bob, code="clv", value=5_000, as_of_on=NOW.date(), updated_at=NOW)

    def who(field, op, value):
        tree = {"field": field, "op": op, "value": value}
        # Purchases count until the instant that is asked of, not at it.
        return tag_rules.preview(tree=tree, at=NOW + timedelta(microseconds=1)).member_ids

    assert who("spend.total", "gte", 30_000) == (alice.pk,)
    assert who("spend.year", "lt", 30_000) == (bob.pk,)
    assert who("orders.count", "eq", 1) == (alice.pk,)
    assert who("orders.last_days", "lte", 0) == (alice.pk,)
    assert who("member.tier", "eq", "member") == (alice.pk, bob.pk)
    assert who("points.available", "gte", 300) == (alice.pk,)
    assert who("measure.clv", "gte", 5_000) == (bob.pk,)


def people():
    """Members of every kind, among them some of whom little is known."""
    made = []
    for number in range(14):
        claims: tuple[IdentityClaim, ...] = (IdentityClaim("PHONE", f"137000{number:05d}"),)
        if number % 3 == 0:
            claims += (IdentityClaim("EMAIL", f"p{number}@example.org"),)
        made.append(
            world.register(
                Registration(
                    identities=claims,
                    gender=("FEMALE", "MALE", "", "UNKNOWN")[number % 4],
                    birthday=date(1960 + 4 * number, number % 12 + 1, 3) if number % 5 else None,
                    language=("en", "zh-hans")[number % 2],
                    channel=("pos", "web", "")[number % 3],
                    store=("SH01", "BJ01", "")[number % 3],
                    consents=world.yes("SMS") if number % 2 else (),
                ),
                at=NOW - timedelta(days=40 * number),
            )
        )
    tags.give(members=made[::2], code="vip", at=NOW)
    return made


def facts(member):
    """What the fields say of a member, asked of the models one by one."""
    store, channel = member.store, member.channel
    born = member.birth_band
    joined = (member.joined_at + timedelta(hours=8)).date()
    granted = [row.medium for row in consents.current(member_id=member.pk) if row.is_granted]
    month = member.birthday_md and member.birthday_md // 100
    return {
        "member.gender": member.gender or None,
        "member.age": None if born is None else NOW.year - born - 2,
        "member.birthday_month": month,
        "member.is_birthday_month": None if month is None else month == NOW.month,
        "member.language": member.language or None,
        "member.joined_days": (NOW.date() - joined).days,
        "member.joined_on": joined,
        "channel.code": channel and channel.code,
        "store.code": store and store.code,
        "store.city": store and store.city,
        "member.tags": {row.tag.code for row in member.member_tags.select_related("tag")},
        "member.identities": {row.kind for row in member.identities.all()},
        "member.is_referred": member.referrer_id is not None,
        "consent.marketing": set(granted),
        "service.complaints": 0,
    }


VALUES = {
    "member.gender": ["FEMALE", "MALE", "OTHER"],
    "member.age": [10, 30, 45, 60],
    "member.birthday_month": [1, 3, 7],
    "member.language": ["en", "zh-hans"],
    "member.joined_days": [0, 120, 400],
    "member.joined_on": ["2025-10-01", "2026-01-01"],
    "channel.code": ["pos", "web"],
    "store.code": ["SH01", "BJ01"],
    "store.city": ["Shanghai", "Beijing"],
    "member.tags": ["vip", "new"],
    "member.identities": ["EMAIL", "CARD"],
    "consent.marketing": ["SMS", "EMAIL"],
    "service.complaints": [0, 1],
}


def random_leaf(dice):
    code = dice.choice([*VALUES, "member.is_birthday_month", "member.is_referred"])
    asked = member_fields.MEMBER_FIELDS[code].field
    op = dice.choice(asked.ops)
    if asked.type == Type.BOOLEAN:
        value = dice.choice([True, False])
    elif op == Op.BETWEEN:
        value = sorted(dice.choices(VALUES[code], k=2))
    elif op in (Op.IN, Op.NOT_IN, Op.CONTAINS):
        value = dice.sample(VALUES[code], k=dice.randint(1, 2))
    else:
        value = dice.choice(VALUES[code])
    return {"field": code, "op": op.value, "value": value}


def random_tree(dice, depth=3):
    kind = dice.choice(["leaf", "all", "any", "not"]) if depth else "leaf"
    if kind == "leaf":
        return random_leaf(dice)
    if kind == "not":
        return {"not": random_tree(dice, depth - 1)}
    return {kind: [random_tree(dice, depth - 1) for _ in range(dice.randint(1, 3))]}


def test_the_query_means_what_the_condition_means(shop):
    Tag.objects.create(code="vip", name_en="VIP")
    known = {member.pk: facts(member) for member in people()}
    dice = random.Random(20260302)
    for _ in range(150):
        tree = random_tree(dice)
        condition = member_conditions.read(tree)
        expected = {pk for pk, seen in known.items() if conditions.matches(condition, seen)}

        found = tag_rules.preview(tree=tree, at=NOW)
        assert found.count == len(expected), tree
        assert set(found.member_ids) <= expected, tree
