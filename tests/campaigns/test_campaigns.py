"""A campaign begins with four eyes and is paused by anyone who runs it."""

import pytest
from django.urls import reverse

from campaigns.models import Campaign, MessageTemplate
from campaigns.services import campaigns, defaults
from members.errors import StaleTarget
from members.models import AuditRecord
from members.services import approvals
from tests import world
from tests.console import staff

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


# Nobody changes past the second person what a running campaign says


def as_marketer():
    return staff.logged_in("mia", "marketer")


@pytest.mark.parametrize("state", ["RUNNING", "PAUSED"])
def test_campaign_and_text_are_changed_while_it_is_paused_and_not_while_it_runs(running, state):
    Campaign.objects.filter(pk=running.pk).update(state=state)
    browser, template = as_marketer(), running.template
    texts = {name: getattr(template, name) for name in ("name_zh", "name_en", "subject_zh")}
    asked = browser.post(
        reverse("admin:campaigns_messagetemplate_change", args=[template.pk]),
        {**texts, "subject_en": "x", "body_zh": "win", "body_en": "win"},
    )
    set_up = {
        "name_zh": running.name_zh,
        "name_en": running.name_en,
        "trigger_type": running.trigger_type,
        "template": template.pk,
        "media": ["EMAIL"],
        "purpose": "SERVICE",
        "expires_hours": 1,
    }
    saved = browser.post(reverse("admin:campaigns_campaign_change", args=[running.pk]), set_up)

    running.refresh_from_db()
    template.refresh_from_db()
    is_free = state == "PAUSED"
    assert [asked.status_code, saved.status_code] == [302 if is_free else 403] * 2
    assert (template.body_en == "win") is is_free
    assert (running.expires_hours == 1) is is_free
