"""An earning rule is published with four eyes, and is never changed afterwards."""

from datetime import timedelta

import pytest

from loyalty.models import EarningRule, Program
from loyalty.services import earning_rules
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
