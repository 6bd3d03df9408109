"""A campaign begins with four eyes, is paused by anyone who runs it, and is what was approved."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from campaigns.models import Campaign, Enrollment, MessageTemplate
from campaigns.services import campaigns
from campaigns.services.campaigns import Draft
from members.errors import SameChecker, StaleTarget
from members.models import ApprovalRequest, AuditRecord
from members.services import approvals
from tests import world
from tests.campaigns import made
from tests.campaigns.shop import enroll

pytestmark = pytest.mark.django_db
NOW = world.NOW
EVERYBODY = {"all": [{"field": "member.joined_days", "op": "gte", "value": 0}]}


@pytest.fixture
def people(keys_made):
    world.open_shop()
    return world.operator("maker", role="marketer"), world.operator(
        "checker", role="marketing_manager"
    )


def draft(maker, **values):
    made.template()
    return campaigns.create(
        draft=Draft(
            code="news",
            name_en="News",
            values={
                "entry": "NOW",
                "condition": EVERYBODY,
                "steps": [made.message("INBOX")],
                **values,
            },
        ),
        actor=maker,
        at=NOW,
    )


def submit(campaign, maker):
    return campaigns.submit(campaign_id=campaign.pk, reason="ready", maker=maker, at=NOW)


def state_of(campaign):
    campaign.refresh_from_db()
    return campaign.state


def test_a_draft_waits_for_approval_and_then_runs(people):
    maker, checker = people
    enroll()
    campaign = draft(maker)
    assert state_of(campaign) == "DRAFT"

    request = submit(campaign, maker)
    assert state_of(campaign) == "IN_REVIEW"
    assert request.payload["members_count"] == 12  # 1, and a tenth more, and ten

    approvals.approve(request_id=request.pk, checker=checker, at=NOW)
    assert state_of(campaign) == "SCHEDULED"
    made.run_through(at=NOW)

    assert state_of(campaign) == "RUNNING"
    assert campaign.version.content["texts"]["hello"]["body_en"] == "Hello {{ name }}"
    assert Enrollment.objects.count() == 1


def test_nobody_approves_their_own(people):
    maker, _checker = people
    maker.groups.set(_checker.groups.all())
    request = submit(draft(maker), maker)

    with pytest.raises(SameChecker):
        approvals.approve(request_id=request.pk, checker=maker, at=NOW)

    assert Campaign.objects.get().state == "IN_REVIEW"


def test_a_rejected_campaign_is_a_draft_again(people):
    maker, checker = people
    campaign = draft(maker)
    request = submit(campaign, maker)

    approvals.reject(request_id=request.pk, checker=checker, at=NOW, note="too many")

    assert state_of(campaign) == "DRAFT"


@pytest.mark.parametrize("end", ["withdraw", "expire"])
def test_a_request_that_ends_without_approval_frees_the_campaign(people, end):
    maker, _checker = people
    campaign = draft(maker)
    request = submit(campaign, maker)

    if end == "withdraw":
        approvals.withdraw(request_id=request.pk, maker=maker, at=NOW)
    else:
        approvals.expire(at=request.expires_at)

    assert state_of(campaign) == "DRAFT"


def test_a_text_that_was_edited_since_makes_the_request_outdated(people):
    maker, checker = people
    campaign = draft(maker)
    request = submit(campaign, maker)
    MessageTemplate.objects.update(body_en="Something else")

    with pytest.raises(StaleTarget):
        approvals.approve(request_id=request.pk, checker=checker, at=NOW)

    assert state_of(campaign) == "DRAFT"


def test_an_edit_in_review_takes_the_request_back(people):
    maker, _checker = people
    campaign = draft(maker)
    request = submit(campaign, maker)

    campaigns.change(campaign_id=campaign.pk, values={"expires_hours": 1}, at=NOW)

    request.refresh_from_db()
    assert (state_of(campaign), request.status) == ("DRAFT", "STALE")


def test_a_second_editor_gets_a_conflict_and_changes_nothing(people):
    maker, _checker = people
    campaign = draft(maker)
    seen = campaigns.fingerprint(campaign)
    campaigns.change(campaign_id=campaign.pk, values={"priority": 7}, expected=seen, at=NOW)

    with pytest.raises(campaigns.ChangedMeanwhile):
        campaigns.change(campaign_id=campaign.pk, values={"priority": 3}, expected=seen, at=NOW)

    campaign.refresh_from_db()
    assert campaign.priority == 7


@pytest.mark.parametrize(
    ("values", "where"),
    [
        ({"steps": []}, "steps"),
        ({"steps": [{"id": "m1", "kind": "MESSAGE"}]}, "steps[0].media"),
        ({"steps": [made.message("INBOX", template="nothing")]}, "m1"),
        ({"condition": {}}, "segment"),
        ({"entry": "AT", "entry_rule": {"at": (NOW - timedelta(hours=1)).isoformat()}}, "at"),
        ({"arms": [{"code": "a", "share": 9_000}]}, "arms"),
    ],
)
def test_what_is_missing_is_said_and_nothing_is_asked(people, values, where):
    maker, _checker = people
    campaign = draft(maker, **values)

    with pytest.raises(campaigns.NotReady) as refusal:
        submit(campaign, maker)

    assert refusal.value.details["problems"]
    assert (state_of(campaign), ApprovalRequest.objects.count()) == ("DRAFT", 0)


def test_a_running_campaign_can_not_be_changed_or_submitted(people):
    maker, _checker = people
    campaign = made.running()

    with pytest.raises(campaigns.CannotStart):
        submit(campaign, maker)
    with pytest.raises(campaigns.NotEditable):
        campaigns.change(campaign_id=campaign.pk, values={"priority": 9}, at=NOW)


def test_pausing_takes_effect_at_once_and_is_audited(people):
    maker, _checker = people
    campaign = made.running()

    campaigns.pause(campaign_id=campaign.pk, reason="wrong text", actor_id=maker.pk, at=NOW)

    assert (state_of(campaign), campaign.pause_reason) == ("PAUSED", "wrong text")
    record = AuditRecord.objects.get(action="campaign.pause")
    assert (record.actor_id, record.reason) == (maker.pk, "wrong text")
    with pytest.raises(campaigns.NotRunning):
        campaigns.pause(campaign_id=campaign.pk, reason="x", actor_id=maker.pk, at=NOW)


def test_a_paused_campaign_goes_on_without_another_approval_when_nothing_changed(people):
    campaign = made.running()
    campaigns.pause(campaign_id=campaign.pk, reason="wait", actor_id=None, at=NOW)

    campaigns.resume(campaign_id=campaign.pk, reason="go on", actor_id=None, at=NOW)

    assert state_of(campaign) == "RUNNING"


def test_a_paused_campaign_that_was_changed_needs_another_approval(people):
    maker, checker = people
    campaign = made.running()
    campaigns.pause(campaign_id=campaign.pk, reason="wait", actor_id=None, at=NOW)
    campaigns.change(campaign_id=campaign.pk, values={"expires_hours": 5}, at=NOW)

    with pytest.raises(campaigns.NeedsApproval):
        campaigns.resume(campaign_id=campaign.pk, reason="go on", actor_id=None, at=NOW)

    request = submit(campaign, maker)
    approvals.approve(request_id=request.pk, checker=checker, at=NOW)
    assert state_of(campaign) == "RUNNING"


def test_stopping_needs_a_reason_and_is_for_good(people):
    campaign = made.running()
    with pytest.raises(Exception, match="reason"):
        campaigns.kill(campaign_id=campaign.pk, reason=" ", actor_id=None, at=NOW)

    campaigns.kill(campaign_id=campaign.pk, reason="wrong price", actor_id=None, at=NOW)

    assert state_of(campaign) == "KILLED"
    with pytest.raises(campaigns.CampaignOver):
        campaigns.kill(campaign_id=campaign.pk, reason="again", actor_id=None, at=NOW)
    with pytest.raises(campaigns.NotPaused):
        campaigns.resume(campaign_id=campaign.pk, reason="go on", actor_id=None, at=NOW)


@pytest.mark.parametrize(("old", "new"), [("RUNNING", "DRAFT"), ("PAUSED", "APPROVED")])
def test_the_database_lets_no_campaign_take_a_way_that_is_not_drawn(people, old, new):
    campaign = made.running()
    Campaign.objects.filter(pk=campaign.pk).exclude(state=old).update(state=old)

    with pytest.raises(IntegrityError), transaction.atomic():
        Campaign.objects.update(state=new)

    assert state_of(campaign) == old


def test_an_approval_tells_what_all_gifts_may_cost_at_most(people):
    maker, _checker = people
    members = [enroll(email=f"m{number}@example.org") for number in range(3)]
    campaign = draft(
        maker,
        audience_limit=3,
        steps=[
            {"id": "g1", "kind": "GRANT", "what": "POINTS", "points": 500},
            made.message("INBOX"),
        ],
    )

    request = submit(campaign, maker)

    # 500 points are 5.00 yuan.
    assert len(members) == 3
    assert request.payload["liability_amount"] == 3 * 500
