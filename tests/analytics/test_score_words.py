"""Every class has its words; rules of tags ask for classes and scores."""

import pytest

from analytics.models import MemberScore
from analytics.registry import classes as words
from analytics.rules import classes
from members.models import Tag, TagRule
from members.services import tag_rules
from tests import world
from tests.analytics.shop import enroll


def test_every_class_of_the_rules_has_a_name_and_a_definition():
    named = {kind.value: tuple(names) for kind, names in words.NAMES.items()}
    assert named == dict(classes.CODES)
    every = [one for names in words.NAMES.values() for one in names.values()]
    assert all(str(one.label) and str(one.definition) for one in every)
    assert str(words.name("STAGE", "").label) == ""
    assert str(words.name("STAGE", "gone").label) == "gone"


ASKED = (
    ("class.stage", "eq", "decline", True),
    ("class.rfm_8", "in", ["111", "011"], True),
    ("class.rfm_10", "eq", "champion", False),
    ("class.rfm_10", "ne", "champion", True),
    ("class.value", "eq", "high", False),
    ("class.customer", "eq", "lost", True),
    ("score.r", "lte", 2, True),
    ("score.m", "gte", 1, False),
    ("score.health", "lt", 30, True),
    ("score.health", "eq", 29, True),
    ("score.health_fall", "gte", 21, True),
)


@pytest.mark.django_db
def test_a_rule_of_a_tag_may_ask_for_each(shop):
    member = enroll()
    MemberScore.objects.create(
        member=member, as_of_on="2026-03-01", stage="decline", rfm_8="011", customer_class="lost",
        r_score=2, health="29.99", health_before="50.00",
    )  # fmt: skip

    for field, op, value, is_met in ASKED:
        condition = {"field": field, "op": op, "value": value}
        found = tag_rules.preview(tree=condition, at=world.NOW)
        assert (member.pk in found.member_ids) == is_met, condition

    rule = TagRule(tag=Tag.objects.create(code="t", name_en="T"), condition=condition)
    assert tag_rules.define(rule=rule).pk
