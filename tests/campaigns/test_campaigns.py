"""A campaign begins with four eyes and is paused by anyone who runs it."""

import pytest

from campaigns.models import Campaign, MessageTemplate
from campaigns.services import campaigns, defaults
from members.errors import StaleTarget
from members.models import AuditRecord
from members.services import approvals
from tests import world

pytestmark = pytest.mark.django_db


@pytest.fixture
def running(keys_made):
    return defaults.install(at=world.NOW)


@pytest.fixture
def people(running):
    return world.operator("maker", role="marketer"), world.operator(
        "checker", role="marketing_manager"
    )


def paused(campaign):
    Campaign.objects.filter(pk=campaign.pk).update(state="PAUSED")
    return campaign


def ask(campaign, maker):
    return campaigns.ask_to_start(
        campaign_id=campaign.pk, reason="ready", maker=maker, at=world.NOW
    )


def test_pausing_takes_effect_at_once_and_is_audited(running, people):
    maker, _checker = people

    campaigns.pause(campaign_id=running.pk, reason="wrong text", actor_id=maker.pk, at=world.NOW)

    running.refresh_from_db()
    assert running.state == "PAUSED"
    record = AuditRecord.objects.get(action="campaign.pause")
    assert (record.actor_id, record.reason) == (maker.pk, "wrong text")


def test_a_paused_campaign_starts_when_a_second_person_agrees(running, people):
    maker, checker = people
    request = ask(paused(running), maker)

    running.refresh_from_db()
    assert running.state == "PAUSED"
    approvals.approve(request_id=request.pk, checker=checker, at=world.NOW)

    running.refresh_from_db()
    assert running.state == "RUNNING"


def test_a_text_that_was_edited_since_makes_the_request_outdated(running, people):
    maker, checker = people
    request = ask(paused(running), maker)
    MessageTemplate.objects.update(body_en="Something else")

    with pytest.raises(StaleTarget):
        approvals.approve(request_id=request.pk, checker=checker, at=world.NOW)

    running.refresh_from_db()
    assert running.state == "PAUSED"


def test_a_running_campaign_can_not_be_started(running, people):
    with pytest.raises(campaigns.CannotStart):
        ask(running, people[0])


def test_a_paused_campaign_can_not_be_paused(running, people):
    paused(running)

    with pytest.raises(campaigns.NotRunning):
        campaigns.pause(campaign_id=running.pk, reason="x", actor_id=people[0].pk, at=world.NOW)
