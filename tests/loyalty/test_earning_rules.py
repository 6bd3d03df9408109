"""An earning rule is published with four eyes, and is never changed afterwards."""

from datetime import timedelta

import pytest

from loyalty.models import EarningRule, Program, RuleBudget, RuleUse
from loyalty.services import earning_rules, rule_checks
from members.errors import StaleTarget
from members.services import approvals
from tests import world

pytestmark = pytest.mark.django_db


@pytest.fixture
def people(keys_made):
    world.open_shop()
    maker = world.operator("maker", role="marketing_manager")
    checker = world.operator("checker", role="marketing_manager")
    return maker, checker


def draft(**changes):
    """Two points per yuan from tomorrow on."""
    program = Program.objects.get()
    return EarningRule.objects.create(
        **{
            "program": program,
            "code": "base",
            "version": earning_rules.next_version(program_id=program.pk, code="base"),
            "name_en": "Double points",
            "points": 2,
            "valid_from": world.NOW + timedelta(days=1),
            **changes,
        }
    )


def ask(rule, maker):
    return earning_rules.ask_to_publish(
        rule_id=rule.pk, reason="spring sale", maker=maker, at=world.NOW
    )


def test_a_draft_takes_the_next_version(people):
    assert draft().version == 2


def test_a_second_person_publishes_a_draft(people):
    maker, checker = people
    rule = draft()
    request = ask(rule, maker)

    rule.refresh_from_db()
    assert rule.state == "DRAFT"
    approvals.approve(request_id=request.pk, checker=checker, at=world.NOW)

    rule.refresh_from_db()
    assert (rule.state, rule.valid_from) == ("PUBLISHED", world.NOW + timedelta(days=1))


def test_a_rule_whose_day_has_passed_holds_from_its_publication(people):
    maker, checker = people
    rule = draft(valid_from=world.NOW - timedelta(days=30))

    approvals.approve(request_id=ask(rule, maker).pk, checker=checker, at=world.NOW)

    rule.refresh_from_db()
    assert rule.valid_from == world.NOW


def test_a_draft_that_was_edited_since_is_not_published(people):
    maker, checker = people
    rule = draft()
    request = ask(rule, maker)
    EarningRule.objects.filter(pk=rule.pk).update(points=50)

    with pytest.raises(StaleTarget):
        approvals.approve(request_id=request.pk, checker=checker, at=world.NOW)

    rule.refresh_from_db()
    assert rule.state == "DRAFT"


def test_a_published_rule_can_not_be_published_again(people):
    maker, _checker = people

    with pytest.raises(earning_rules.NotADraft):
        ask(EarningRule.objects.get(), maker)


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"points": 0}, "points"),
        ({"effect": "MULTIPLIER", "percent": 100}, "percent"),
        ({"valid_until": world.NOW}, "valid_until"),
        ({"cap_day_points": 0}, "cap_day_points"),
        ({"validity": "DAYS"}, "validity_count"),
        ({"validity": "FIXED_DATES"}, "validity"),
    ],
)
def test_a_rule_that_makes_no_sense_is_refused_with_its_field(people, changes, field):
    maker, _checker = people
    with pytest.raises(rule_checks.BadRule) as refused:
        ask(draft(**changes), maker)
    assert refused.value.details["field"] == field


def test_a_new_version_takes_over_what_earlier_ones_used_of_the_budget(people):
    maker, checker = people
    first = draft(code="gift", effect="FIXED", points=60, budget_points=1_000)
    approvals.approve(request_id=ask(first, maker).pk, checker=checker, at=world.NOW)
    RuleUse.objects.create(
        member_id=1, order_id=1, rule_id=first.pk, code="gift",
        business_date=world.NOW, points=100, returned_points=40,
    )  # fmt: skip
    second = draft(code="gift", version=9, effect="FIXED", points=80, budget_points=500)
    approvals.approve(request_id=ask(second, maker).pk, checker=checker, at=world.NOW)
    left = RuleBudget.objects.values_list("rule_id", "left_points")
    assert {rule_id for rule_id, _ in left} == {first.pk}
    assert sum(points for _, points in left) == 500 - 60
