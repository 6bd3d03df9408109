"""What conditions ask about campaigns: of all, of one and in the explanation the same."""

import random
from datetime import timedelta

import pytest
from django.db import connection

from campaigns.models import Delivery, Enrollment
from members.registry import member_fields
from members.rules import conditions
from members.selectors import member_conditions, member_explanations
from members.services import merges
from tests.campaigns import effect_shop
from tests.campaigns.effect_shop import DAY, into, message, run
from tests.campaigns.shop import NOW, enroll

pytestmark = pytest.mark.django_db
AT = NOW + 10 * DAY
CODES = ("entered", "held_out", "sent", "opened", "clicked", "converted", "last_sent_days")


@pytest.fixture
def people(shop):
    return [enroll(email=f"m{number}@example.org") for number in range(6)]


def hits(tree, at=AT):
    query = member_conditions.query(
        member_conditions.read(tree), at=at, whose=member_conditions.EVERYBODY
    )
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT m.id {query.sql}", query.params)
        return {row[0] for row in cursor.fetchall()}


def leaf(code, op, value, **more):
    return {"field": f"campaign.{code}", "op": op, "value": value, **more}


def test_in_a_campaign_are_those_who_came_in_and_neither_left_out_nor_held_out(people):
    spring = run(effect_shop.campaign(gives=False))
    other = run(effect_shop.campaign("other", gives=False))
    into(spring, people[0].pk)
    into(spring, people[1].pk, state="EXCLUDED", reason="consent")
    into(spring, people[2].pk, arm="control")
    into(other, people[3].pk)

    assert hits(leaf("entered", "gte", 1, of=["spring"])) == {people[0].pk}
    assert hits(leaf("entered", "gte", 1)) == {people[0].pk, people[3].pk}
    assert hits(leaf("held_out", "gte", 1, of=["spring"])) == {people[2].pk}
    assert len(hits(leaf("entered", "eq", 0, of=["spring"]))) == 5


def test_windows_end_before_now_and_begin_with_their_first_instant(people):
    spring = run(effect_shop.campaign(gives=False))
    way = into(spring, people[0].pk)
    message(way, "SENT", sent_at=AT - 7 * DAY)
    message(way, "BOUNCED", "bounced", sent_at=AT - timedelta(microseconds=1))
    message(way, "DELIVERED", sent_at=AT)
    message(way, "UNKNOWN", "no_answer")

    assert hits(leaf("sent", "eq", 2, days=7)) == {people[0].pk}
    assert hits(leaf("sent", "eq", 1, days=6)) == {people[0].pk}
    assert hits(leaf("last_sent_days", "eq", 0)) == {people[0].pk}


def test_opened_clicked_and_converted_count_by_their_own_instants(people):
    spring = run(effect_shop.campaign(gives=False))
    way = into(spring, people[0].pk, converted_at=NOW + DAY)
    message(way, "DELIVERED", opened_at=NOW + 2 * DAY, clicked_at=NOW + 3 * DAY)
    into(spring, people[1].pk, arm="control", converted_at=NOW + DAY)

    for code, days in (("converted", 9), ("opened", 8), ("clicked", 7)):
        assert hits(leaf(code, "gte", 1, days=days)) == {people[0].pk}, code
        assert hits(leaf(code, "gte", 1, days=days - 1)) == set(), code


def test_what_was_sent_to_a_card_that_was_merged_counts_for_the_person(people):
    way = into(run(effect_shop.campaign(gives=False)), people[1].pk)
    message(way, "SENT")

    merges.merge(survivor_id=people[0].pk, retired_id=people[1].pk, at=NOW)

    assert hits(leaf("sent", "eq", 1)) == {people[0].pk}


def test_trees_mean_the_same_of_all_of_one_and_in_python(people):
    dice = random.Random(8)
    runs = [run(effect_shop.campaign(code, gives=False)) for code in ("spring", "other")]
    for one in runs:
        for member in people:
            scattered(one, member.pk, dice)
    for _ in range(25):
        tree = {dice.choice(["all", "any"]): [a_leaf(dice), {"not": a_leaf(dice)}, a_leaf(dice)]}
        condition = member_conditions.read(tree)
        expected = {
            member.pk
            for member in people
            if conditions.matches(condition, known(member, condition))
        }
        assert hits(tree) == expected, tree
        for member in people:
            is_met = member_conditions.is_met(condition, member_id=member.pk, at=AT)
            assert is_met is (member.pk in expected), tree
            told = member_explanations.explain(condition, member_id=member.pk, at=AT)
            assert told.is_met is is_met, tree


def scattered(one, member_id, dice):
    way = into(
        one,
        member_id,
        arm=dice.choice(["a", "a", "control"]),
        state=dice.choice(["DONE", "DONE", "EXCLUDED"]),
        reason="consent",
        entered_at=NOW + dice.randint(0, 9) * DAY,
        converted_at=dice.choice([None, NOW + dice.randint(0, 9) * DAY]),
    )
    for _ in range(dice.randint(0, 3)):
        sent_at = NOW + dice.randint(0, 9) * DAY
        opened_at = dice.choice([None, sent_at + timedelta(hours=1)])
        message(
            way,
            dice.choice(["SENT", "DELIVERED", "BOUNCED"]),
            sent_at=sent_at,
            opened_at=opened_at,
            clicked_at=opened_at and dice.choice([None, opened_at]),
        )


def a_leaf(dice):
    more = {}
    if dice.random() < 0.6:
        more["days"] = dice.randint(1, 12)
    if dice.random() < 0.5:
        more["of"] = dice.sample(["spring", "other"], dice.randint(1, 2))
    code = dice.choice(CODES)
    return leaf(code, dice.choice(["eq", "gte", "lt"]), dice.randint(0, 3), **more)


def known(member, condition):
    """The facts of each comparison, counted in Python."""
    return {one.key: _fact(member.pk, one) for one in condition.leaves}


def _fact(member_id, one):
    code = one.field.code.removeprefix("campaign.")
    begins = None if one.days is None else AT - one.days * DAY

    def counts(moment, campaign):
        is_within = moment is not None and moment < AT and (begins is None or moment >= begins)
        return is_within and (not one.of or campaign.code in one.of)

    ways = Enrollment.objects.filter(member_id=member_id).select_related("campaign")
    messages = Delivery.objects.filter(enrollment__member_id=member_id).select_related("campaign")
    match code:
        case "entered":
            own = [way for way in ways if way.arm != "control" and way.state != "EXCLUDED"]
            return sum(counts(way.entered_at, way.campaign) for way in own)
        case "held_out":
            own = [way for way in ways if way.arm == "control" and way.state != "EXCLUDED"]
            return sum(counts(way.entered_at, way.campaign) for way in own)
        case "converted":
            own = [way for way in ways if way.arm != "control"]
            return sum(counts(way.converted_at, way.campaign) for way in own)
        case "last_sent_days":
            sent = [
                row.sent_at
                for row in messages
                if row.sent_at is not None and counts(row.sent_at, row.campaign)
            ]
            zone = timedelta(hours=8)
            return ((AT + zone).date() - (max(sent) + zone).date()).days if sent else None
    column = f"{code}_at"
    return sum(counts(getattr(row, column), row.campaign) for row in messages)


def test_the_fields_are_offered_with_words(people):
    assert {f"campaign.{code}" for code in CODES} <= set(member_fields.MEMBER_FIELDS)
